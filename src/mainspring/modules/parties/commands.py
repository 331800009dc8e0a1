"""What people of a party may see: their own party's records."""

from mainspring.kernel import access

from . import models


@access.party_ids.fill
def parties_of(user) -> tuple[int, ...]:
    """Ids of the parties a portal user belongs to."""
    return tuple(models.PortalAccess.objects.filter(user=user, party__active=True).values_list("party_id", flat=True))
