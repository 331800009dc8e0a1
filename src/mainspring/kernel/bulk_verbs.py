"""A verb on many records, each a command of its own: what is refused is said, the rest is done."""

from dataclasses import dataclass, field, replace

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import access, commands, errors, jobs, notifications, resource, restoring, sets, workflow

RECORDS_MAX = 100_000
REFUSALS_KEPT = 500


@dataclass
class Outcome:
    """What became of a selection. `refused`: [key, name, reason]; `deleted`: ids of commands that can be undone."""

    done: int = 0
    refused: list[list[str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


def perform(model, keys, verb: str, ctx, inputs: dict, outcome: Outcome | None = None, key: str = "") -> Outcome:
    """Perform a verb ("delete" too) on each record; `key` makes each of them happen once, however often it is tried."""
    outcome = outcome or Outcome()
    if len(keys) > 1 and not key and workflow.works_on_sets(model, verb) and _as_set(model, keys, verb, ctx, inputs):
        outcome.done += len(keys)
        return outcome
    for pk in keys:
        name = str(pk)
        try:
            record = access.get(ctx, model, model._meta.pk.to_python(pk))
            name = str(record)
            if verb == "delete":
                command = commands.delete(record, ctx)
                outcome.deleted += [str(command)] if restoring.can_restore(model) else []
            else:
                commands.perform(record, verb, replace(ctx, idempotency_key=key and f"{key}:{pk}"), **inputs)
            outcome.done += 1
        except errors.ApprovalRequired:
            outcome.refused.append([str(pk), name, _("This now waits for approval.")])
        except ObjectDoesNotExist:
            outcome.refused.append([str(pk), name, _("The record was removed or moved, or you may not see it.")])
        except ValidationError as error:
            outcome.refused.append([str(pk), name, " ".join(error.messages)])
        except (PermissionDenied, OverflowError, ValueError) as error:
            outcome.refused.append([str(pk), name, str(error)])
    return outcome


def _as_set(model, keys, verb: str, ctx, inputs: dict) -> bool:
    """All at once where the verb's work takes a set; False, and nothing done, when any of them is refused."""
    try:
        records = list(access.rows(ctx, model).filter(pk__in=keys))
        if len(records) < len(keys):
            return False
        sets.perform(records, verb, ctx, **inputs)
    except (ValidationError, PermissionDenied, errors.ApprovalRequired, ObjectDoesNotExist, ValueError, OverflowError):
        return False
    return True


@jobs.job("kernel.bulk_verb", title=gettext_lazy("Verb on many records"))
def bulk_verb(run, ctx, *, resource_key: str, verb: str, keys: list, inputs: dict):
    """The long way of `perform`, with progress; may be stopped between two records and started again."""
    model, outcome = resource.registry[resource_key].model, Outcome()
    for n, pk in enumerate(keys):
        run.progress(n, len(keys))
        perform(model, [pk], verb, ctx, inputs, outcome, key=f"job-{run.id}")
    run.progress(len(keys), len(keys))
    for _key, name, reason in outcome.refused[:REFUSALS_KEPT]:
        run.log(f"{name}: {reason}")
    notifications.notify(
        [run.record.created_by] if run.record.created_by else [],
        replace(ctx, user=None),
        kind="job",
        title=run.record.title,
        text=lambda: _("%(done)s done, %(refused)s refused") % {"done": outcome.done, "refused": len(outcome.refused)},
        href="/jobs/?show=all",
    )
    return {"done": outcome.done, "refused": len(outcome.refused), "refusals": outcome.refused[:REFUSALS_KEPT]}
