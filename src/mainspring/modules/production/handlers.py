"""What production answers the modules below."""

from mainspring.modules.promising import queries as promising

from . import queries

promising.lead_days.fill(queries.lead_days)
