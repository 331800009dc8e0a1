"""Who sees the pages of scheduling, and which schedules and sites they see."""

from django.http import Http404

from mainspring.kernel import access
from mainspring.kernel.models import Site
from mainspring.modules.engineering.models import WorkCenter
from mainspring.web.views import base

from .models import Schedule

viewers = base.readers(Schedule)
"""Only for people who may see schedules."""


def of_schedule(view):
    """Give a view the schedule its address names, or answer that there is none."""

    @viewers
    def inner(request, key, *args, **kwargs):
        found = access.rows(request.ctx, Schedule).select_related("site__company", "job").filter(pk=key).first()
        if found is None:
            raise Http404
        return view(request, found, *args, **kwargs)

    return inner


def sites_with_centers(ctx):
    """The sites the person may see that have work centers."""
    plants = WorkCenter.objects.filter(active=True, site__company=ctx.company_id).values("site")
    return access.rows(ctx, Site).filter(company=ctx.company_id, active=True, pk__in=plants).order_by("code")
