"""Moving in from another system: files in order, each with its mapping and control totals against the source."""

import json
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from .. import resource
from ..context import Context
from ..models import Company, ImportRun, User
from . import importing


def read_rules(path: Path) -> dict:
    """A mapping file; ValidationError when it is not one."""
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ValidationError({"rules": _("The mapping cannot be read: %(why)s") % {"why": str(error)[:120]}}) from None
    if not isinstance(found, dict):
        raise ValidationError({"rules": _("The mapping must be an object.")})
    return found


def circumstances(user: str = "", company: str = "") -> Context:
    """Who imports on the command line: the person named, or the first who may do everything; in the company named, or
    the person's own. Raises ValidationError naming what is not there."""
    active = User.objects.filter(is_active=True)
    people = active.filter(username=user) if user else active.filter(is_superuser=True)
    person = people.select_related("default_company").order_by("pk").first()
    if person is None and user:
        raise ValidationError({"user": _("There is no person “%(name)s”.") % {"name": user}})
    if person is None:
        raise ValidationError({"user": _("Nobody may do everything here; name the person whose permissions count.")})
    where = Company.objects.filter(code=company).first() if company else person.default_company
    if where is None and company:
        raise ValidationError({"company": _("There is no company “%(code)s”.") % {"code": company}})
    where = where or Company.objects.order_by("pk").first()
    if where is None:
        raise ValidationError({"company": _("There is no company yet.")})
    return Context(user=person, business_date=timezone.localdate(), company_id=where.pk, source="cli")


def bring_in(ctx, mapping: Path, folder: Path, *, constants: dict | None = None) -> ImportRun:
    """Check and import one file by its mapping file (which names resource and file)."""
    how = read_rules(mapping)
    of = resource.registry.get(how.get("resource", ""))
    if of is None:
        raise ValidationError({"rules": _("“%(value)s” is not a record type.") % {"value": how.get("resource")}})
    if constants:
        how["constants"] = {**how.get("constants", {}), **constants}
    run = importing.start(of, ctx, folder / how["file"], how)
    importing.check(run, ctx, folder=folder)
    if run.rows_wrong and not how.get("skip_wrong"):
        return run
    return importing.carry_out(run, ctx, folder=folder)
