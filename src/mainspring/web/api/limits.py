"""How often one token or person may call: a bucket that refills steadily, the same for all processes."""

import os

from rest_framework.throttling import BaseThrottle

from mainspring.kernel import rates
from mainspring.web import api_settings


class RateLimit(BaseThrottle):
    """So many calls a minute for each token or person; answers say what is left."""

    def allow_request(self, request, view) -> bool:
        if not request.user or not request.user.is_authenticated:
            return True  # refused anyway
        limit = int(os.environ.get("MAINSPRING_API_RATE") or api_settings.API_CALLS_PER_MINUTE)
        answer = rates.take(f"t{request.auth.pk}" if request.auth else f"u{request.user.pk}", limit)
        self.seconds = answer.wait
        view.limit_headers = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(answer.left),
            "RateLimit-Reset": str(int((limit - answer.left) * 60 / limit) + 1),
        }
        return answer.allowed

    def wait(self):
        return self.seconds
