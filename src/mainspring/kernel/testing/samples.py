"""Plausible records of any model, for tests that walk the registry. Written past the commands, so no effect runs."""

import datetime
import itertools
from collections.abc import Callable
from decimal import Decimal

from django.contrib.auth.models import AbstractUser
from django.db import DatabaseError, connection, models, transaction

from mainspring.kernel.models import Company, Currency, Document, DocumentIdentity

_counter = itertools.count(1)
_makers: dict[str, Callable] = {}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def maker(label: str):
    """Bind f(samples) -> record for a model whose rules no plain value meets: `@samples.maker("sales.return")`."""

    def bind(fn):
        _makers[label.lower()] = fn
        return fn

    return bind


@maker("kernel.company")
def the_company(samples):
    return samples.company


class Samples:
    """Records made for one company; links that must be there are made along."""

    def __init__(self, company: Company, user):
        self.company, self.user = company, user
        self._under_way: set[type] = set()
        self._made = 0

    def some(self, model, count: int) -> list:
        """`count` records with links of their own; fewer when the model's rules refuse plain values."""
        return [record for _n in range(count) if (record := self.one(model)) is not None]

    def one(self, model):
        """A record, or None when the database refuses plain values."""
        if model._meta.label_lower in _makers:
            return _makers[model._meta.label_lower](self)
        self._under_way.add(model)
        try:
            with transaction.atomic():
                record = self._save(model)
                with connection.cursor() as cursor:  # rules checked at commit speak now, while it can be taken back
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
                return record
        except (DatabaseError, ValueError):
            return None
        finally:
            self._under_way.discard(model)

    def _save(self, model):
        record = model()
        self._made += 1
        for field in model._meta.concrete_fields:
            self._fill(record, field)
        if isinstance(record, Document):
            record.identity = DocumentIdentity.objects.create(kind=model._meta.label_lower, company=record.company)
            record.pk, record.state = record.identity_id, record.state or model.workflow.initial
        record.save(force_insert=True)
        if model._meta.model_name != "user" and any(r.name == "lines" for r in model._meta.related_objects):
            self._add_line(record)
        return record

    def _add_line(self, record) -> None:
        line_model = record._meta.get_field("lines").related_model
        line = line_model()
        for field in line_model._meta.concrete_fields:
            if field.name == "document":
                line.document = record
            else:
                self._fill(line, field)
        try:
            with transaction.atomic():
                line.save()
        except (DatabaseError, ValueError):
            pass

    def _fill(self, record, field) -> None:
        if field.primary_key and isinstance(field, models.CharField):
            setattr(record, field.attname, self._value(field))
        if field.primary_key or field.auto_created or field.name in ("version", "created_by", "parent", "custom"):
            return
        if field.is_relation:
            return self._link(record, field)
        if field.name == "state" and isinstance(record, Document):
            return None
        known = field.has_default() and not isinstance(field, models.DecimalField)
        if known or (not field.editable and field.null):
            return None
        setattr(record, field.attname, self._value(field))
        return None

    def _link(self, record, field) -> None:
        target = field.related_model
        if target is Company:
            record.__dict__.update({field.attname: self.company.pk})
        elif target is Currency:
            setattr(record, field.attname, "EUR")
        elif issubclass(target, AbstractUser):
            setattr(record, field.attname, self.user.pk)
        elif target is DocumentIdentity:
            if not field.null and not isinstance(record, Document):
                setattr(record, field.name, DocumentIdentity.objects.create(kind="sample", company=self.company))
        elif target in self._under_way or len(self._under_way) > 6:
            if not field.null:
                setattr(record, field.name, target._default_manager.first())
        elif (made := self.one(target)) is not None:
            setattr(record, field.name, made)
        elif not field.null:
            setattr(record, field.name, target._default_manager.first())

    def _value(self, field):
        n = next(_counter)
        if field.choices:
            return field.flatchoices[0][0]
        match field:
            case models.DecimalField():
                return Decimal(1 + self._made % 9)  # the same in a record, so that no minimum is above its maximum
            case models.BooleanField():
                return True
            case models.DateTimeField():
                return datetime.datetime(2026, 3, 2, 10, n % 60, tzinfo=datetime.UTC)
            case models.DateField():
                return datetime.date(2026, 3, 2) + datetime.timedelta(30 * (field.name.startswith(("ends", "due"))))
            case models.TimeField():
                return datetime.time(9)
            case models.IntegerField():
                return 1 + n % 50
            case models.JSONField():
                return []
            case models.UUIDField() | models.BinaryField():
                return field.get_default()
        if (field.max_length or 99) < 4:
            letters = "".join(LETTERS[n // 24**k % 24] for k in range(field.max_length - 1))
            return "LT" if field.max_length == 2 else f"Q{letters}"  # no currency begins with a Q
        return f"{field.name[:6]}-{n}"[-(field.max_length or 99) :]
