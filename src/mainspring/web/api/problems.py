"""Refusals as RFC 9457 problem details, each naming the field, the value and the rule; never a 500 for bad input."""

import json

from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404, HttpResponse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from mainspring.kernel import errors

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal decided by the interface itself: a missing header, a wrong parameter."""

    def __init__(self, status: int, title: str, detail: str = "", items: list[dict] | None = None, headers=None):
        super().__init__(detail or title)
        self.body = {"type": "about:blank", "title": title, "status": status, "detail": detail or title}
        if items:
            self.body["errors"] = items
        self.headers = headers or {}


def handle(error: Exception, context: dict) -> HttpResponse | None:
    """The answer to a refusal; None for a defect, which Django reports."""
    view = context.get("view")
    problem = describe(error, getattr(view, "sent", None))
    if problem is None:
        return None
    return respond(problem, getattr(view, "limit_headers", {}))


def respond(problem: Problem, headers: dict | None = None) -> HttpResponse:
    answer = HttpResponse(
        json.dumps(problem.body, ensure_ascii=False, default=str),
        status=problem.body["status"],
        content_type=CONTENT_TYPE if problem.body["status"] >= 400 else "application/json",
    )
    for name, value in {**(headers or {}), **problem.headers}.items():
        answer[name] = value
    return answer


def describe(error: Exception, sent=None) -> Problem | None:
    """The problem behind an exception; `sent` is the body of the call, to name the refused values."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, errors.ApprovalRequired):
        return _waiting(error.request)
    if isinstance(error, ValidationError):
        status, title = _kind(error)
        found = items(error, sent)
        return Problem(status, title, " ".join(i["message"] for i in found), found)
    if isinstance(error, PermissionDenied):
        return Problem(403, _("Not allowed"), str(error))
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return Problem(404, _("Not found"), _("There is no such record, or you may not see it."))
    if isinstance(error, DataError):
        return Problem(422, _("Invalid input"), _("A value is out of range."))
    if isinstance(error, APIException):
        headers = {}
        if getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = error.auth_header
        if getattr(error, "wait", None):
            headers["Retry-After"] = str(int(error.wait) + 1)
        status = 401 if error.status_code == 403 and error.default_code == "not_authenticated" else error.status_code
        return Problem(status, force_str(error.default_detail), force_str(error.detail), headers=headers)
    return None


def _kind(error: ValidationError) -> tuple[int, str]:
    if isinstance(error, errors.Conflict):
        code = getattr(error, "code", None)
        return (412, _("Changed meanwhile")) if code == "version" else (409, _("Not possible now"))
    return 422, _("Invalid input")


def _waiting(request) -> Problem:
    """Not a refusal: the call now waits for approval (202)."""
    found = Problem(202, _("Waiting for approval"), str(request))
    found.body["request"] = {"id": str(getattr(request, "pk", "")), "label": str(request)}
    return found


def items(error: ValidationError, sent=None) -> list[dict]:
    """Every broken rule: {field, value, rule, message}."""
    found = []
    grouped = error.error_dict.items() if hasattr(error, "error_dict") else [(NON_FIELD_ERRORS, error.error_list)]
    for name, broken in grouped:
        field = "" if name == NON_FIELD_ERRORS else name
        for one in broken:
            for message in one.messages:
                found.append(
                    {"field": field, "value": _value(sent, field), "rule": one.code or "invalid", "message": message}
                )
    return found


def _value(sent, path: str):
    """The value that was sent for "lines.2.quantity", cut to a sensible length; None when there was none."""
    for part in path.split(".") if path else ():
        if isinstance(sent, list) and part.isdigit() and int(part) < len(sent):
            sent = sent[int(part)]
        elif isinstance(sent, dict) and part in sent:
            sent = sent[part]
        else:
            return None
    if not path or isinstance(sent, dict | list):
        return None
    return sent if isinstance(sent, int | bool | None) else str(sent)[:200]
