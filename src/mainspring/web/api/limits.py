"""How often one token or person may call: a bucket that refills steadily, kept in memory."""

import os
import threading
import time

from rest_framework.throttling import BaseThrottle

from mainspring.web import api_settings


class RateLimit(BaseThrottle):
    """So many calls a minute for each token or person and process; answers say what is left."""

    buckets: dict = {}
    lock = threading.Lock()

    def allow_request(self, request, view) -> bool:
        if not request.user or not request.user.is_authenticated:
            return True  # refused anyway
        limit = int(os.environ.get("MAINSPRING_API_RATE") or api_settings.API_CALLS_PER_MINUTE)
        key = f"t{request.auth.pk}" if request.auth else f"u{request.user.pk}"
        now = time.monotonic()
        with self.lock:
            left, since = self.buckets.get(key, (float(limit), now))
            left = min(float(limit), left + (now - since) * limit / 60)
            allowed = left >= 1
            left -= allowed
            self.buckets[key] = left, now
            if len(self.buckets) > 10_000:
                self.buckets.clear()
        self.seconds = 0 if allowed else (1 - left) * 60 / limit
        view.limit_headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(int(left)),
            "RateLimit-Reset": str(int((limit - left) * 60 / limit) + 1),
        }
        return allowed

    def wait(self):
        return self.seconds
