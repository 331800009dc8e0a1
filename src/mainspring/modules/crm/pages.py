"""Pages of customer relations made by hand."""

from . import card_pages, claim_pages

urlpatterns = [*claim_pages.urlpatterns, *card_pages.urlpatterns]
