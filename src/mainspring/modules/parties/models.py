"""Customers, suppliers and everything one needs to write to, deliver to and pay them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mainspring.kernel import database, fields, locales, remembered
from mainspring.kernel.models import Currency, DocumentLine, Entity, Territory
from mainspring.kernel.workflow import Input, Verb

from . import identifiers, normalise
from .models_relations import PartyRelation, RelationKind

__all__ = [
    "Address",
    "Contact",
    "Merge",
    "Party",
    "PartyBankAccount",
    "PartyRelation",
    "PaymentTerm",
    "PaymentTermLine",
    "PortalAccess",
    "RelationKind",
]

WRONG = {
    "country": _("“%(value)s” is not a country code (ISO 3166, two letters)."),
    "registry_code": _("“%(value)s” is not a registry code of %(country)s."),
    "vat_number": _("“%(value)s” is not a VAT number of %(country)s."),
    "phone": _("“%(value)s” is not a phone number; give the country prefix for numbers abroad."),
    "account_number": _("“%(value)s” is not a right account number."),
    "bic": _("“%(value)s” is not a BIC."),
}
MERGE = Verb(
    "merge",
    label=_("Merge with another"),
    help=_("Everything of the other one comes here, and whoever looks for it is led here. It can be split again."),
    bulk=False,
    danger=True,
    ask=(
        Input("other", "text", _("The other one"), help=_("Its code or number.")),
        Input("reason", "text", _("Reason")),
        Input(
            "take",
            "text",
            _("Values to take from the other"),
            required=False,
            help=_("Names of fields with blanks between; “-” for none. Empty: those that are empty here."),
        ),
        Input("other_version", "integer", _("Version of the other"), required=False),
    ),
)
"""Of every kind of record that can be merged; the page that compares the two fills in what it asks."""


def clear_unless_pooled(path: str):
    """A condition for `clear_when`: what belongs to a customer in a public pool is masked until it is claimed (K03)."""
    return lambda ctx: Q(**{path: None})


SCOPES = {"own": "party__owner", "team": "party__owner__department", "territory": "party__territory", "party": "party"}


def cleaned(record, checks: dict) -> None:
    """Bring fields of a record into their one spelling: {field: function}; ValidationError names each wrong one."""
    wrong = {}
    for name, check in checks.items():
        value = getattr(record, name)
        try:
            setattr(record, name, check(value) if value else value)
        except ValueError:
            wrong[name] = WRONG[name] % {"value": value, "country": getattr(record, "country", "")}
    if wrong:
        raise ValidationError(wrong)


@remembered.keep()
class PaymentTerm(Entity):
    """When an invoice is due, in one or more parts (rule M10)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    active = models.BooleanField(_("active"), default=True)

    key = ("code",)

    class Meta:
        verbose_name, verbose_name_plural = _("payment term"), _("payment terms")
        ordering = ["code"]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        if lines is not None and sum((line.percent or 0 for line in lines), 0) != 100:
            raise ValidationError({"lines": _("The parts of a payment term must add up to 100 percent.")}, code="sum")


class PaymentTermLine(DocumentLine):
    """One part: add months, then days, then go to the month's end, then add the days after it."""

    document = models.ForeignKey(PaymentTerm, on_delete=models.CASCADE, related_name="lines")
    percent = fields.PercentField(_("percent"), default=100)
    months = models.PositiveSmallIntegerField(_("months"), default=0)
    days = models.PositiveSmallIntegerField(pgettext_lazy("number of", "days"), default=0)
    end_of_month = models.BooleanField(_("end of month"), default=False)
    days_after_month_end = models.PositiveSmallIntegerField(_("days after month end"), default=0)

    class Meta(DocumentLine.Meta):
        verbose_name, verbose_name_plural = _("instalment"), _("instalments")
        constraints = [
            models.CheckConstraint(
                name="payment_term_percent",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A part is above 0 and at most 100 percent."),
            )
        ]

    def __str__(self):
        return f"{self.percent:g} %"


class Unmerged(models.Manager):
    """Records no other one stands for: what was merged away is found by its redirect alone (K06)."""

    def get_queryset(self):
        return super().get_queryset().filter(merged_into=None)


class Party(Entity):
    """A customer, a supplier or both; shared by all companies."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=160)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    is_customer = models.BooleanField(_("customer"), default=False)
    is_supplier = models.BooleanField(_("supplier"), default=False)
    registry_code = models.CharField(_("registry code"), max_length=40, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2)
    currency = fields.link(Currency, _("currency"))
    language = models.CharField(
        _("language"),
        max_length=10,
        default="en",
        choices=[("en", "English"), ("zh-hans", "简体中文"), ("lt", "Lietuvių")],
    )
    payment_term = fields.link(PaymentTerm, _("payment term"), optional=True)
    territory = fields.link(Territory, _("territory"), optional=True)
    owner = fields.link(settings.AUTH_USER_MODEL, _("owner"), optional=True)
    credit_limit = fields.MoneyField(
        _("credit limit"),
        currency="currency",
        null=True,
        blank=True,
        default=None,
        help_text=_("Empty means no limit."),
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    name_key = models.CharField(max_length=200, editable=False, default="", blank=True)
    sound_key = models.CharField(max_length=400, editable=False, default="", blank=True)
    duplicate_reason = models.CharField(
        _("why this is not a duplicate"),
        max_length=240,
        blank=True,
        help_text=_("For instance another company of the same group."),
    )
    merged_into = fields.link("self", _("merged into"), null=True, editable=False)
    pooled_at = models.DateTimeField(_("in a public pool since"), null=True, editable=False)
    active = models.BooleanField(_("active"), default=True)

    objects = Unmerged()

    key = ("code",)
    actions = (MERGE,)
    compared_by = (
        "name", "legal_name", "registry_code", "vat_number", "country", "email", "phone", "duplicate_reason", "active",
    )  # fmt: skip
    scope_paths = {"own": "owner", "team": "owner__department", "territory": "territory", "party": "pk"}
    personal = True
    clear_when = dict.fromkeys(("email", "phone"), clear_unless_pooled("pooled_at"))

    class Meta:
        verbose_name, verbose_name_plural = _("party"), _("parties")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="party_pooled_without_owner",
                condition=Q(pooled_at__isnull=True) | Q(owner__isnull=True),
                violation_error_message=_("It waits in a public pool: claim it or assign it there."),
            ),
            models.UniqueConstraint(
                fields=["country", "registry_code"],
                condition=~Q(registry_code="") & Q(merged_into=None),
                name="party_registry_code_once",
            ),
            models.UniqueConstraint(
                fields=["vat_number"],
                condition=~Q(vat_number="") & Q(merged_into=None),
                name="party_vat_number_once",
            ),
            models.CheckConstraint(
                name="party_credit_limit",
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__gte=0),
                violation_error_message=_("A credit limit cannot be negative."),
            ),
        ]
        indexes = [
            models.Index(fields=["name_key"], name="party_name_key"),
            models.Index(fields=["registry_code"], name="party_registry", condition=~Q(registry_code="")),
            models.Index(fields=["phone"], name="party_phone", condition=~Q(phone="")),
            models.Index(fields=["email"], name="party_email", condition=~Q(email="")),
        ]

    def __str__(self):
        return self.name

    def prepare(self, ctx, lines=None):
        called = self.legal_name or self.name
        self.name_key, self.sound_key = normalise.name_key(called)[:200], normalise.sound_key(called)[:400]
        self.email = (self.email or "").strip().lower()
        alone = ctx.command_id is not None or not ctx.trusted  # not one of many brought in, which name their owners
        if self.owner_id is None and self._state.adding and getattr(ctx.user, "pk", None) and alone:
            self.owner = ctx.user

    @staticmethod
    def refused_beside(records, ctx):
        from . import duplicates

        return duplicates.parties_refused(records, ctx)

    def clean(self):
        cleaned(self, {"country": identifiers.country})
        cleaned(
            self,
            {
                "registry_code": lambda code: identifiers.registry_code(self.country, code),
                "vat_number": lambda number: identifiers.vat_number(self.country, number),
                "phone": lambda number: identifiers.phone(number, self.country),
            },
        )


database.declare(
    "parties_one_with",
    """
CREATE OR REPLACE FUNCTION parties_one_with(party bigint) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT party UNION ALL SELECT id FROM parties_party WHERE merged_into_id = party
$$;""",
)
database.declare(
    "party_sound_trgm",
    "CREATE INDEX IF NOT EXISTS party_sound_trgm ON parties_party USING gin (sound_key gin_trgm_ops)",
)


class PartyRecord(Entity):
    """Base of what belongs to one party; who sees the party sees it."""

    scope_paths = SCOPES

    class Meta:
        abstract = True


class Address(PartyRecord):
    """A place of a party: where to deliver, where to send the invoice."""

    class Kind(models.TextChoices):
        MAIN = "main", _("Main")
        BILLING = "billing", _("Billing")
        DELIVERY = "delivery", _("Delivery")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("party"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MAIN)
    name = models.CharField(_("name"), max_length=120, blank=True)
    street = models.CharField(_("street"), max_length=200)
    street_2 = models.CharField(_("street, second line"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("region"), max_length=80, blank=True)
    country = models.CharField(_("country"), max_length=2)
    is_default = models.BooleanField(_("default"), default=False)

    clear_when = dict.fromkeys(("street", "street_2", "postal_code"), clear_unless_pooled("party__pooled_at"))

    class Meta:
        verbose_name, verbose_name_plural = _("address"), _("addresses")
        ordering = ["party", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["party", "kind"], condition=Q(is_default=True), name="address_default_once")
        ]

    def __str__(self):
        return f"{self.street}, {self.city}"

    def clean(self):
        cleaned(self, {"country": identifiers.country})

    def lines(self, language: str = "en", home: str = "") -> list[str]:
        """The address as its country writes it; without the country's name when it is `home`."""
        return locales.address(
            self.country,
            language,
            street=self.street,
            street_2=self.street_2,
            postal_code=self.postal_code,
            city=self.city,
            region=self.region,
            domestic=self.country == home,
        )


class Contact(PartyRecord):
    """A person at a party."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("party"))
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80)
    job_title = models.CharField(_("job title"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_default = models.BooleanField(_("default"), default=False)
    active = models.BooleanField(_("active"), default=True)

    personal = True
    clear_when = dict.fromkeys(("family_name", "email", "phone"), clear_unless_pooled("party__pooled_at"))

    class Meta:
        verbose_name, verbose_name_plural = _("contact"), _("contacts")
        ordering = ["family_name", "given_name"]
        constraints = [
            models.UniqueConstraint(fields=["party"], condition=Q(is_default=True), name="contact_default_once")
        ]
        indexes = [
            models.Index(fields=["phone"], name="contact_phone", condition=~Q(phone="")),
            models.Index(fields=["email"], name="contact_email", condition=~Q(email="")),
        ]

    def __str__(self):
        return locales.person(self.given_name, self.family_name, self.language or "en")

    def clean(self):
        self.email = (self.email or "").strip().lower()
        cleaned(self, {"phone": lambda number: identifiers.phone(number, self.party.country)})


class PartyBankAccount(PartyRecord):
    """Where to pay a party, or where it pays from."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="bank_accounts", verbose_name=_("party"))
    account_number = models.CharField(_("account number"), max_length=40, help_text=_("An IBAN where there is one."))
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    currency = fields.link(Currency, _("currency"), optional=True)
    is_default = models.BooleanField(_("default"), default=False)

    key = ("party", "account_number")

    class Meta:
        verbose_name, verbose_name_plural = _("bank account"), _("bank accounts")
        constraints = [
            models.UniqueConstraint(fields=["party", "account_number"], name="party_bank_account_once"),
            models.UniqueConstraint(fields=["party"], condition=Q(is_default=True), name="party_bank_default_once"),
        ]

    def __str__(self):
        return self.account_number

    def clean(self):
        cleaned(self, {"account_number": identifiers.bank_account, "bic": identifiers.bank_code})


class PortalAccess(PartyRecord):
    """A person who signs in for a party and sees that party's records only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="portal_access", verbose_name=_("user")
    )
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="portal_access", verbose_name=_("party"))

    key = ("user", "party")

    class Meta:
        verbose_name, verbose_name_plural = _("portal access"), _("portal access")
        constraints = [models.UniqueConstraint(fields=["user", "party"], name="portal_access_once")]

    def __str__(self):
        return f"{self.user}: {self.party}"


class Merge(Entity):
    """Two records made one: which was kept, who decided it and why, and what it takes to split them again."""

    company = fields.link("kernel.Company", _("company"), editable=False)
    entity = fields.RecordTypeField(_("record type"), editable=False)
    kept_id = models.CharField(max_length=40, editable=False)
    kept_label = models.CharField(_("kept"), max_length=240, editable=False)
    merged_id = models.CharField(max_length=40, editable=False)
    merged_label = models.CharField(_("merged into it"), max_length=240, editable=False)
    reason = models.CharField(_("reason"), max_length=500, editable=False)
    taken = models.JSONField(default=list, editable=False)
    kept_before = models.JSONField(default=dict, editable=False)
    kept_after = models.JSONField(default=dict, editable=False)
    merged_before = models.JSONField(default=dict, editable=False)
    moves = models.JSONField(default=list, editable=False)
    followed_at = models.DateTimeField(null=True, editable=False)
    split_at = models.DateTimeField(_("split again at"), null=True, editable=False)

    company_path = "company"
    scope_paths = {"own": "created_by"}
    actions = (
        Verb(
            "split",
            label=_("Split again"),
            danger=True,
            bulk=False,
            help=_("Everything goes back to where it was before the merge."),
            ask=(Input("reason", "text", _("Reason")),),
        ),
        Verb("follow", hidden=True, bulk=False),
    )

    class Meta:
        verbose_name, verbose_name_plural = _("merge"), _("merges")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["entity", "kept_id"], name="merge_kept", condition=Q(split_at=None)),
            models.Index(fields=["entity", "merged_id"], name="merge_merged", condition=Q(split_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["entity", "merged_id"], name="merged_once", condition=Q(split_at=None))
        ]

    def __str__(self):
        return f"{self.merged_label} → {self.kept_label}"
