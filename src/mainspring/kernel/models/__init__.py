"""Tables of the kernel, by subject."""

from .access import Membership, Role, RoleGrant, User
from .base import Document, DocumentIdentity, DocumentLine, DocumentLink, Entity
from .custom import CustomField
from .integration import ApiToken, ExternalId, ImportChunk, ImportMapping, ImportRun, WebhookDelivery, WebhookEndpoint
from .jobs import JobRun, JobSchedule
from .records import AuditEntry, IdempotencyKey, NumberSeries, RowHistory
from .structure import Company, Currency, Department, Site, Territory

__all__ = [
    "AuditEntry", "Company", "Currency", "CustomField", "Department", "Document", "DocumentIdentity", "DocumentLine",
    "DocumentLink", "Entity", "IdempotencyKey", "Membership", "NumberSeries", "Role", "RoleGrant", "RowHistory", "Site",
    "Territory", "User",
    "JobRun", "JobSchedule",
    "ApiToken", "ExternalId", "ImportChunk", "ImportMapping", "ImportRun", "WebhookDelivery", "WebhookEndpoint",
]
