"""Pages of customer relations made by hand."""

from . import pages_calendar, pages_follow

urlpatterns = [*pages_follow.urlpatterns, *pages_calendar.urlpatterns]
