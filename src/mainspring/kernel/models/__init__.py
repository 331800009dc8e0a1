"""Tables of the kernel, by subject."""

from .access import Membership, Role, RoleGrant, User
from .base import Document, DocumentIdentity, DocumentLine, DocumentLink, Entity
from .custom import CustomField
from .integration import ApiToken, ExternalId, ImportChunk, ImportMapping, ImportRun, WebhookDelivery, WebhookEndpoint
from .records import AuditEntry, IdempotencyKey, NumberSeries, RowHistory
from .structure import Company, Currency, Department, Site, Territory

__all__ = [
    "ApiToken", "AuditEntry", "Company", "Currency", "CustomField", "Department", "Document", "DocumentIdentity",
    "DocumentLine", "DocumentLink", "Entity", "ExternalId", "IdempotencyKey", "ImportChunk", "ImportMapping", "ImportRun",
    "Membership", "NumberSeries", "Role", "RoleGrant", "RowHistory", "Site", "Territory", "User", "WebhookDelivery",
    "WebhookEndpoint",
]
