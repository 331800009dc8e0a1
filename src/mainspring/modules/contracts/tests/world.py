"""A company that sells pumps under contracts: Acme signs one of 30 000 that is paid in three instalments."""

from datetime import date
from decimal import Decimal

from mainspring.kernel import commands
from mainspring.modules.accounting.models import Payment
from mainspring.modules.contracts.models import CollectionPlan, Contract, Instalment, InvoiceRequest
from mainspring.modules.parties.models import Address
from mainspring.modules.sales.tests import world as sales

THREE = (("2026-03-10", "10000"), ("2026-04-10", "10000"), ("2026-05-10", "10000"))


class World(sales.World):
    """Approval rules are switched off unless a story asks for them: `ask()` puts them back."""

    def __init__(self):
        super().__init__()
        commands.create(
            Address, self.ctx, party=self.acme, street="Pylimo 1", city="Vilnius", postal_code="01100", country="LT"
        )

    def on(self, day):
        return self.ctx.on(date.fromisoformat(day))

    def contract(self, value="30000", *, state="active", ctx=None, **values) -> Contract:
        """A contract walked to a state."""
        ctx = ctx or self.ctx
        made = commands.create(
            Contract, ctx, **{"name": "Pumps for the works", "party": self.acme, "value": value, **values}
        )
        return self.walk(made, state, ctx)

    def walk(self, contract, state, ctx=None) -> Contract:
        ctx = ctx or self.ctx
        steps = {"draft": "submit", "approved": "sign", "signed": "activate"}
        while contract.state != state:
            verb = steps[contract.state]
            inputs = {"signed_on": ctx.business_date} if verb == "sign" else {}
            contract = commands.perform(contract, verb, ctx.inside(None), **inputs)
        return contract

    def plan(self, contract, parts=THREE, *, agree=True, ctx=None) -> CollectionPlan:
        ctx = ctx or self.ctx
        lines = [part if isinstance(part, dict) else {"planned_on": part[0], "amount": part[1]} for part in parts]
        made = commands.create(CollectionPlan, ctx, contract=contract, lines=lines)
        return commands.perform(made, "agree", ctx) if agree else made

    def request(self, contract, *, submit=True, ctx=None, **values) -> InvoiceRequest:
        ctx = (ctx or self.ctx).inside(None)
        made = commands.create(InvoiceRequest, ctx, contract=contract, **values)
        return commands.perform(made, "submit", ctx) if submit else made

    def invoice(self, request, ctx=None):
        """The invoice the books post for a request."""
        ctx = (ctx or self.ctx).inside(None)
        return commands.perform(request, "post_invoice", ctx, invoice_on=ctx.business_date).outcome

    def pays(self, amount, *, party=None, ctx=None, lines=(), post=True, **values) -> Payment:
        ctx = ctx or self.ctx
        made = commands.create(Payment, ctx, party=party or self.acme, amount=Decimal(amount), lines=lines, **values)
        return commands.perform(made, "post", ctx) if post else made

    def collected(self, plan) -> list[Decimal]:
        return list(Instalment.objects.filter(document=plan).order_by("position").values_list("collected", flat=True))

    def line(self, plan, position=1) -> Instalment:
        return Instalment.objects.get(document=plan, position=position)


def fresh(record):
    return type(record).objects.get(pk=record.pk)
