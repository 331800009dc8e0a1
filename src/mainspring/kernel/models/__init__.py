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
from .jobs import JobRun, JobSchedule
from .records import AuditEntry, IdempotencyKey, NumberSeries, RowHistory
from .structure import Company, Currency, Department, Site, Territory
from .integration import ApiToken, ExternalId, ImportChunk, ImportMapping, ImportRun, WebhookDelivery, WebhookEndpoint
