"""What one looks at: a reporter's telephone, for a purpose; a list, again."""

from datetime import datetime
from typing import NamedTuple

from lifang.cases import rules
from lifang.cases.models import Case, Reporter, SavedView
from lifang.cases.terms import Look
from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action, seen

MOST_VIEWS = 20


class Reached(NamedTuple):
    """How one reporter can be reached, in the clear."""

    name: str
    phone: str
    said: str
    at: datetime


@action("cases.contact")
def contact(*, actor: Actor, case: Case, at: datetime, reason: str) -> list[Reached]:
    """Show how the reporters can be reached. Nothing changes; that somebody looked, and for what, is kept."""
    insist(None if reason in set(Look) else Refusal("bad_input", {"detail": "reason"}))
    seen(reason)
    rows = Reporter.objects.filter(case=case).select_related("account").order_by("at")
    return [Reached(str(row.name or ""), str(row.phone or ""), row.said, row.at) for row in rows]


@action("cases.save_view")
def save_view(*, actor: Actor, at: datetime, name: str, query: str) -> SavedView:
    """Keep the filters of a list under a name of one's own; never the words that were searched for."""
    assert actor.id is not None  # noqa: S101 -- the capability is given to accounts
    mine = SavedView.objects.filter(account_id=actor.id)
    insist(
        Refusal("view_name_taken") if mine.filter(name=name).exists() else None,
        Refusal("views_full", {"most": MOST_VIEWS}) if mine.count() >= MOST_VIEWS else None,
    )
    filters = rules.without_words(query)
    return SavedView.objects.create(account_id=actor.id, name=name, query=filters, saved_at=at)


@action("cases.drop_view")
def drop_view(*, actor: Actor, view: SavedView, at: datetime) -> None:
    """Remove a list of one's own."""
    insist(None if view.account_id == actor.id else Refusal("not_found"))
    view.delete()
