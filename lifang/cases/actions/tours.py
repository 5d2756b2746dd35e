"""What a tour found becomes a case, or joins the one that is open about the same trouble there."""

from datetime import datetime, timedelta
from uuid import UUID

from lifang.cases.actions.moves import held, moved
from lifang.cases.actions.report import report
from lifang.cases.catalogue import MATTERS
from lifang.cases.models import Case
from lifang.cases.selectors.propose import propose
from lifang.cases.terms import OPEN
from lifang.core.access import Actor
from lifang.core.action import action
from lifang.orgs import selectors as orgs
from lifang.sensing import selectors as sensing

SOURCE = "tour"
TOGETHER = timedelta(hours=24)


@action("cases.take_tour", beyond=True)
def take_tour(*, actor: Actor, tour: UUID, matter: str, at: datetime) -> Case | None:
    """The matter by the words of what was found, else that of the kind; nothing where neither says one."""
    told = sensing.tour(actor, tour)
    named = propose(actor, told.note, 1) if told.note else []
    key = named[0].matter.key if named else matter
    if key not in MATTERS:
        return None
    codes = "、".join(code for _pk, code, result in told.stops if code and result in sensing.tour_faults(actor, told))  # fmt: skip
    text = "：".join(part for part in (told.who, told.note or codes) if part)
    same = Case.objects.filter(matter=key, area=told.area, source=SOURCE, state__in=OPEN, opened_at__gt=at - TOGETHER)  # fmt: skip
    case = same.order_by("opened_at").first()
    if case is None:
        lon, lat = sensing.tour_spot(actor, told)
        return report(actor=actor, at=at, matter=key, source=SOURCE, text=text, lon=lon, lat=lat, area=told.area, place=orgs.place_name(told.area, 2))  # fmt: skip
    return moved(held(case, "add"), "add", actor=actor, at=at, note=text, public=False)
