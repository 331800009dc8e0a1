"""How the kernel's own doors appear: custom fields, API tokens, webhooks, imports."""

from django.utils.translation import gettext_lazy as _

from .models import (
    ApiToken,
    CustomField,
    ExportRun,
    ExternalId,
    ImportMapping,
    ImportRun,
    WebhookDelivery,
    WebhookEndpoint,
)
from .resource import Resource
from .resources_collab import *  # noqa: F403


class CustomFields(Resource):
    model = CustomField
    menu = "Administration"
    columns = "label entity name kind required indexed active"
    search = "label name entity"
    filters = "entity kind active"
    form = (
        "entity label kind name | required in_list indexed on_letters active position "
        "| choices link_to formula digits | help_text labels"
    )
    icon = "forms"


class Exports(Resource):
    model = ExportRun
    menu = "Administration"
    columns = "entity rows format created_by created_at fetched_at address"
    filters = "entity created_by created_at rows"
    form = "entity rows format | created_by created_at fetched_at | address"
    dimensions = "created_by entity created_at"
    measures = "rows"
    icon = "file-export"
    creatable = False


class ApiTokens(Resource):
    model = ApiToken
    menu = "Administration"
    columns = "name user prefix expires_at last_used_at revoked_at"
    search = "name"
    filters = "user expires_at revoked_at"
    form = "name expires_at scopes"
    icon = "key"
    creatable = False


class Webhooks(Resource):
    model = WebhookEndpoint
    menu = "Administration"
    columns = "name url events active"
    search = "name url"
    filters = "active"
    form = "name url | events active company secret"
    related = {_("Deliveries"): ("kernel/webhook-deliveries", "endpoint")}
    icon = "webhook"


class WebhookDeliveries(Resource):
    model = WebhookDelivery
    columns = "created_at event endpoint outcome attempts status_code next_attempt_at"
    filters = "endpoint outcome event created_at"
    form = "endpoint event payload | outcome attempts status_code answer | next_attempt_at sent_at"
    order = "-created_at"
    creatable = False


class Imports(Resource):
    model = ImportRun
    menu = "Administration"
    columns = (
        "created_at file_name entity progress rows_total rows_created rows_changed rows_same rows_wrong created_by"
    )
    filters = "entity progress created_by created_at"
    form = "file_name entity progress | rows_total rows_created rows_changed rows_same rows_wrong | totals problems"
    order = "-id"
    icon = "file-import"
    creatable = False


class ImportMappings(Resource):
    model = ImportMapping
    columns = "name entity updated_at"
    search = "name"
    filters = "entity"
    form = "name entity rules"


class ExternalIds(Resource):
    model = ExternalId
    columns = "system entity external_id record_id"
    search = "external_id"
    filters = "system entity"
    form = "system entity external_id record_id"
    creatable = False
