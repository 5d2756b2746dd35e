"""What anybody may read: matters, and where they are done."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import AwareDatetime, Field

from lifang.affairs import selectors
from lifang.affairs.api.router import router
from lifang.affairs.api.shown import GuideOut, GuideWhole, Words, both, short, whole
from lifang.affairs.catalogue import GUIDES, TOPICS
from lifang.core.api.faults import bad_input

Key = Annotated[str, Field(max_length=40)]


@router.get("guides", auth=None, response=list[GuideOut], summary="Matters that can be applied for")
def guides(request: HttpRequest, topic: Key = "", q: Annotated[str, Field(max_length=60)] = "") -> Any:  # fmt: skip
    """All of them, those of a topic, or by words as the page finds them: names, what people call it, pinyin, initials."""
    if topic and topic not in TOPICS:
        raise bad_input("topic", topic="not in the catalogue")
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.find_guides(actor, q) if q.strip() else selectors.guides(actor)
    return [short(one) for one in found if not topic or one.topic == topic]


@router.get("guides/{slug:key}", auth=None, response=GuideWhole, summary="One matter, whole")
def guide(request: HttpRequest, key: str) -> Any:
    """Conditions, materials with what may take their place, departments, questions, legal basis."""
    return whole(selectors.guide(request.actor, key))  # type: ignore[attr-defined]


class HallOut(Schema):
    """A service point as it stands now. `guides` empty: it does every matter."""

    id: UUID
    name: Words
    area: str
    address: str
    lon: float
    lat: float
    telephone: str
    step_free: bool
    guides: list[str]
    open: bool
    opens_at: AwareDatetime
    waiting: int
    counters: int
    wait_minutes: int


@router.get("halls", auth=None, response=list[HallOut], summary="Where matters are done, and who waits")  # fmt: skip
def halls(request: HttpRequest, matter: Key = "") -> Any:
    """Those that do a matter, or all; numbers of people who wait, nobody's name."""
    if matter and matter not in GUIDES:
        raise bad_input("matter", matter="not in the catalogue")
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.halls(actor, selectors.points(actor, matter), request.at)  # type: ignore[attr-defined]
    plain = ("id", "area", "address", "lon", "lat", "telephone", "step_free", "guides")
    return [
        {
            **{name: getattr(one.point, name) for name in plain}, "name": both(one.point.name), "open": one.open, "opens_at": one.opens,
            "waiting": one.waiting, "counters": one.counters, "wait_minutes": one.wait,
        }
        for one in found
    ]  # fmt: skip
