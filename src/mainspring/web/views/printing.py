"""Printed documents."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from mainspring.kernel import printing
from mainspring.web.views import base


@require_GET
@base.of_record
def document(request, res, record):
    """The record as PDF, shown in the browser."""
    layout = request.GET.get("layout", "")
    made = printing.pdf(record, request.ctx, layout=layout)
    name = "".join(c if c.isalnum() or c in "-_." else "-" for c in str(record)) or "document"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "X-Frame-Options": "SAMEORIGIN"},
    )
