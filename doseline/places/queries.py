# SPDX-License-Identifier: Apache-2.0
"""Places by the area they lie in."""

from django.db.models import Q


def within(area: str, field: str) -> Q:
    """Rows whose org unit code, named by `field` (such as "site__org_unit"), is `area` or lies below it. IN.3 is not within
    IN.36, as a plain beginning would have it. A range of the code's index."""
    return Q(**{field: area}) | Q(**{f"{field}__startswith": f"{area}."})
