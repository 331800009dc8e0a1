"""The application for ASGI servers."""

import os

from django.core.asgi import get_asgi_application

from mainspring.site import garbage, push

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
application = push.door(get_asgi_application())
garbage.settle()
