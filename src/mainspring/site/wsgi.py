"""The application for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

from mainspring.site import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainspring.site.settings")
application = get_wsgi_application()
garbage.settle()
