"""Tours: noted when they are over."""

from collections.abc import Mapping
from datetime import datetime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.core.events import publish
from lifang.sensing import selectors
from lifang.sensing.catalogue import TOUR_KINDS
from lifang.sensing.events import TourFound
from lifang.sensing.models import Tour
from lifang.sensing.rules import tours as rules


@action("sensing.note_tour")
def note_tour(
    *,
    actor: Actor,
    kind: str,
    area: str,
    who: str,
    begun: datetime,
    ended: datetime,
    found: Mapping[str, str],
    at: datetime,
    note: str = "",
) -> Tour:
    """Somebody or something came by; `found` is device → result, or "" → result where there are no stops. Noted once."""
    insist(rules.may_note(kind, who, begun, ended, at))
    spec = TOUR_KINDS[kind]
    stops = {str(one.pk): one.code for one in selectors.tour_stops(actor, kind, area)} if spec.types else {"": ""}  # fmt: skip
    insist(Refusal("tour_stop") if any(key not in stops for key in found) else None)
    results = list(found.values())
    insist(rules.found_fits(spec, results, note))
    known = {one.key: one for one in spec.results}
    same = Tour.objects.filter(area=area, kind=kind, who=who.strip(), begun_at=begun)
    insist(Refusal("tour_noted") if same.exists() else None)
    made = Tour(
        area=area, kind=kind, who=who.strip(), begun_at=begun, ended_at=ended, note=note.strip()[:500], noted_at=at,
        stops=[[key, code, found[key]] for key, code in stops.items() if key in found],
        total=len(results), good=sum(known[one].good for one in results), missed=sum(known[one].missed for one in results),
    )  # fmt: skip
    made.save(force_insert=True)
    told = [known[one] for one in results if known[one].finding]
    if told:
        matter = next((one.matter for one in told if one.matter), "")
        publish(TourFound(tour=made.pk, kind=kind, matter=matter, at=at), area=area)
    return made
