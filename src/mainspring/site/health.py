"""Probes: live says the process answers; ready says it can do work."""

from django.db import DatabaseError, connection
from django.http import JsonResponse


def live(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


def ready(request):
    """The database answers and has the tables; else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            return JsonResponse({"status": "ok"})
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "reason": "database"}, status=503)
