"""POST many operations in one call."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from mainspring.kernel import commands, errors

from . import calls, idempotency, incoming, problems
from .problems import Problem

BULK_MAX = 1000


class Bulk(calls.Call):
    """POST many operations: all or none (atomic), or each for itself with a result a row."""

    def post(self, request, **kwargs):
        def work():
            data = incoming.body(request.data)
            operations, atomic = data.get("operations"), data.get("atomic", True)
            if not isinstance(operations, list) or not isinstance(atomic, bool) or set(data) - {"operations", "atomic"}:
                raise ValidationError({"operations": _("A list of operations is needed here.")}, code="type")
            if len(operations) > BULK_MAX:
                raise ValidationError(
                    {"operations": _("At most %(n)s operations a call.") % {"n": BULK_MAX}}, code="max"
                )
            return 200, {"results": self._all_or_none(operations) if atomic else [self._one(o) for o in operations]}

        status, body, replayed = idempotency.once(request, self.ctx, work)
        return calls.answer(status, body, replayed)

    def _all_or_none(self, operations: list) -> list[dict]:
        results, wrong = [], []
        try:
            with transaction.atomic():
                for n, operation in enumerate(operations):
                    result = self._one(operation)
                    results.append(result)
                    wrong += [
                        {"field": f"operations.{n}.{i['field']}".rstrip("."), **{k: i[k] for k in i if k != "field"}}
                        for i in _broken(result)
                    ]
                if wrong:
                    raise Problem(
                        422,
                        _("Nothing was done"),
                        _("%(n)s of %(all)s operations were refused.")
                        % {"n": sum(r["status"] >= 400 for r in results), "all": len(results)},
                        wrong,
                    )
        except Problem as problem:
            problem.body["results"] = [r if r["status"] >= 400 else {"status": 424} for r in results]
            raise
        return results

    def _one(self, operation) -> dict:
        try:
            with transaction.atomic():
                try:
                    return self._work(incoming.body(operation))
                except errors.ApprovalRequired as waiting:
                    return {"status": 202, "waiting": problems.describe(waiting).body}
        except Exception as error:
            sent = operation.get("values", operation.get("inputs")) if isinstance(operation, dict) else None
            problem = problems.describe(error, sent)
            if problem is None:
                raise
            return {"status": problem.body["status"], "problem": problem.body}

    def _work(self, operation: dict) -> dict:
        kind, version = operation.get("op"), operation.get("version")
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise ValidationError({"version": _("A number is needed here.")}, code="type")
        if kind == "create" and self.resource.creatable:
            values = incoming.split(self.model, operation.get("values", {}), self.ctx)
            return {"status": 201, "record": self.fresh(commands.create(self.model, self.ctx, **values))}
        if kind not in ("change", "do", "delete"):
            raise ValidationError({"op": _("One of create, change, do, delete is needed here.")}, code="choice")
        record = self.record(str(operation.get("id", "")))
        if kind == "change":
            values = incoming.split(self.model, operation.get("values", {}), self.ctx)
            return {"status": 200, "record": self.fresh(commands.change(record, self.ctx, version=version, **values))}
        if kind == "delete":
            commands.delete(record, self.ctx, version=version)
            return {"status": 204}
        inputs = incoming.body(operation.get("inputs", {}))
        return {"status": 200, "record": calls.perform(self, record, str(operation.get("verb", "")), version, inputs)}


def _broken(result: dict) -> list[dict]:
    """The broken rules of one operation's result."""
    if result["status"] < 400:
        return []
    problem = result["problem"]
    return problem.get("errors") or [
        {"field": "", "value": None, "rule": str(problem["status"]), "message": problem["detail"]}
    ]
