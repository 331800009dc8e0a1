"""Tables of the kernel, by subject."""

from .access import Membership, Role, RoleGrant, User
from .approvals import (
    Absence,
    ApprovalDecision,
    ApprovalRequest,
    ApprovalRule,
    ApprovalSeat,
    ApprovalStage,
    ApprovalStep,
)
from .base import Document, DocumentIdentity, DocumentLine, DocumentLink, Entity
from .collaboration import Attachment, Note, Notification, OutgoingMail, Task
from .custom import CustomField
from .integration import (
    ApiToken,
    ExportRun,
    ExternalId,
    ImportChunk,
    ImportMapping,
    ImportRun,
    RateBucket,
    WebhookDelivery,
    WebhookEndpoint,
)
from .jobs import JobRun, JobSchedule
from .records import AuditEntry, IdempotencyKey, NumberSeries, RowHistory
from .structure import Company, Currency, Department, Site, Territory
from .views import SavedView

__all__ = [
    "Absence",
    "ApiToken",
    "ApprovalDecision",
    "ApprovalRequest",
    "ApprovalRule",
    "ApprovalSeat",
    "ApprovalStage",
    "ApprovalStep",
    "Attachment",
    "AuditEntry",
    "Company",
    "Currency",
    "CustomField",
    "Department",
    "Document",
    "DocumentIdentity",
    "DocumentLine",
    "DocumentLink",
    "Entity",
    "ExportRun",
    "ExternalId",
    "IdempotencyKey",
    "ImportChunk",
    "ImportMapping",
    "ImportRun",
    "JobRun",
    "JobSchedule",
    "Membership",
    "Note",
    "Notification",
    "NumberSeries",
    "OutgoingMail",
    "RateBucket",
    "Role",
    "RoleGrant",
    "RowHistory",
    "Site",
    "Task",
    "Territory",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
]
