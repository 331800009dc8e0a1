"""Logs: one JSON object a line for machines, one readable line on a terminal; both carry the request id."""

import contextvars
import json
import logging
import re
import sys
import time
import uuid
from datetime import UTC, datetime

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")
access = logging.getLogger("mainspring.access")

_PLAIN = set(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime", "taskName", "request"}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestMiddleware:
    """Give every request an id (kept when a proxy sent one), answer with it, and log the request once done."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.headers.get("X-Request-ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        token = request_id.set(request.id)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            response["X-Request-ID"] = request.id
            observe(request, response.status_code, seconds)
            return response
        finally:
            request_id.reset(token)


def observe(request, status: int, seconds: float) -> None:
    """Count the request and write its access line; probes and static files are not worth a line."""
    from mainspring.site import metrics

    match = getattr(request, "resolver_match", None)
    metrics.request(request.method, match.route if match else "", status, seconds)
    if request.path.startswith(("/health/", "/metrics", "/static/")):
        return
    user = getattr(request, "user", None)
    access.info("%s %s %s", request.method, request.path, status, extra={
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "user": user.pk if user is not None and user.is_authenticated else None,
    })  # fmt: skip


class JsonFormatter(logging.Formatter):
    """time, level, logger, message, request_id, whatever `extra` gave, and the traceback."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line.update({key: value for key, value in record.__dict__.items() if key not in _PLAIN})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class TerminalFormatter(logging.Formatter):
    """`12:30:05 info  logger: message  [request id]`"""

    def format(self, record):
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")
        suffix = f"  [{request_id.get()[:8]}]" if request_id.get() else ""
        text = f"{clock} {record.levelname.lower():7} {record.name}: {record.getMessage()}{suffix}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


def configuration(level: str) -> dict:
    """The logging dictionary for Django; `level` is a level name."""
    formatter = TerminalFormatter if sys.stderr.isatty() else JsonFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "mainspring": {"level": level.upper()},
            "procrastinate": {"level": "WARNING"},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},
            "axes": {"level": "WARNING"},
        },
    }
