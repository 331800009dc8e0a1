"""Numbers for Prometheus at /metrics: requests by route and status, their duration, the job queue."""

from django.db import DatabaseError, connection
from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest

requests = Counter("mainspring_requests", "HTTP requests", ["method", "route", "status"])
duration = Histogram(
    "mainspring_request_seconds", "Time to answer", ["route"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)
jobs = Gauge("mainspring_jobs", "Background jobs by state", ["state"])


def request(method: str, route: str, status: int, seconds: float) -> None:
    """Note one answered request; `route` is the pattern, so that ids do not multiply the series."""
    method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    requests.labels(method, route, str(status)).inc()
    duration.labels(route).observe(seconds)


def page(http_request):
    """The text exposition. Each web process counts for itself; the queue is counted in the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
            jobs.clear()
            for state, count in cursor.fetchall():
                jobs.labels(state).set(count)
    except DatabaseError:
        jobs.clear()
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
