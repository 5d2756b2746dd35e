"""What checking and writing share."""

from datetime import datetime

from django.db.models import Count

from lifang.core.notify.sending import send
from lifang.core.sheets.models import Import, Line


def counts(of: Import) -> dict[str, int]:
    """Rows by verdict."""
    found = Line.objects.filter(of=of).order_by().values_list("verdict").annotate(Count("id"))
    return {str(verdict): int(count) for verdict, count in found}


def tell(of: Import, template: str, facts: dict[str, object], at: datetime) -> None:
    send(
        to=f"account:{of.account_id}",
        template=template,
        facts=facts,
        at=at,
        link=f"/desk/imports/{of.pk}",
        key=f"{template}:{of.pk}",
    )
