"""Whose it was is forgotten; what was paid, when and by which number stays."""

from collections.abc import Collection
from uuid import UUID

from lifang.core.pay.models import PayOrder, Refund


def unname(subjects: Collection[UUID]) -> int:
    """Part of an action that erases: payers of these things, and their titles, which may say an address; how many payments."""
    rows = list(PayOrder.objects.filter(subject__in=subjects).select_for_update())
    for row in rows:
        row.payer, row.title_zh, row.title_en = "", row.purpose, row.purpose
        row.holders = [one for one in row.holders if not one.startswith("account:")]
    PayOrder.objects.bulk_update(rows, ["payer", "title_zh", "title_en", "holders"])
    backs = list(Refund.objects.filter(order__in=[row.pk for row in rows]))
    for back in backs:
        back.holders = [one for one in back.holders if not one.startswith("account:")]
    Refund.objects.bulk_update(backs, ["holders"])
    return len(rows)
