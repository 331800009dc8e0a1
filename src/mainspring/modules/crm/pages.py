"""Pages of customer relations made by hand."""

from . import card_pages, claim_pages, forecast_pages, pages_calendar, pages_follow

urlpatterns = [
    *claim_pages.urlpatterns,
    *card_pages.urlpatterns,
    *pages_follow.urlpatterns,
    *pages_calendar.urlpatterns,
    *forecast_pages.urlpatterns,
]
