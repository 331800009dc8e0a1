"""What people of a party may see: their own party's records; and merging, which modules above use for theirs."""

from mainspring.kernel import access

from . import merging, models

__all__ = ["merging"]


@access.party_ids.fill
def parties_of(user) -> tuple[int, ...]:
    """Ids of the parties a portal user belongs to."""
    return tuple(models.PortalAccess.objects.filter(user=user, party__active=True).values_list("party_id", flat=True))
