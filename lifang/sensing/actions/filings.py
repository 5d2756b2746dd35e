"""Filing of faces: the number is counted, near it is said, at it a clock of thirty work days begins; and again after a change."""

from datetime import datetime
from decimal import Decimal

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.calendar.terms import Limit, Unit
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.site import site
from lifang.sensing.catalogue import FILING, policy
from lifang.sensing.events import FacesFiled, FilingBegan
from lifang.sensing.models import Filing, Match

FILE = "sensing.file_faces"
NUMBER_CHARACTERS = 80


@action("sensing.check_filing")
def check_filing(*, actor: Actor, at: datetime) -> Filing | None:
    """Begin the clock when the number is reached for the first time."""
    if Filing.objects.filter(area=site().county).exists():
        return None
    faces = Match.objects.values("outside").distinct().count()
    return _begin(actor, "reached", faces, at) if faces >= policy("filing_faces") else None


def changed_since(actor: Actor, at: datetime) -> Filing | None:
    """Another system, purpose or place after the filing is a change that is filed too. Called inside actions."""
    with behind(SYSTEM):  # numbers only: whoever approves sees no match
        rows = Filing.objects.filter(area=site().county)
        if rows.filter(filed_at__isnull=True).exists() or not rows.exists():
            return None
        faces = Match.objects.values("outside").distinct().count()
    return _begin(actor, "changed", faces, at)


@action(FILE)
def file_faces(*, actor: Actor, filing: Filing, number: str, at: datetime) -> Filing:
    """It is filed, under this number."""
    held = Filing.objects.hold(filing.pk)
    number = number.strip()
    fits = 0 < len(number) <= NUMBER_CHARACTERS
    insist(
        None if held.filed_at is None else Refusal("filed_already"),
        None if fits else Refusal("filing_number", {"field": "number", "most": NUMBER_CHARACTERS}),
    )
    held.filed_number, held.filed_at, held.filed_by_id = number, at, actor.id
    engine.move(FILING(), held, "file", actor=actor, at=at, said=engine.Said(note=number))
    publish(FacesFiled(filing=held.pk, at=at), area=held.area)
    return held


def _begin(actor: Actor, cause: str, faces: int, at: datetime) -> Filing:
    area = site().county
    made = Filing(area=area, cause=cause, faces=faces, began_at=at)
    turn = engine.Turn(
        holders=(desk(desk_of(FILE, area, at)),), title=f"{faces}",
        limit=Allowance(Limit(Decimal(policy("filing_days")), Unit.WORK_DAY), area=area),
    )  # fmt: skip
    engine.start(FILING(), made, actor=actor, at=at, turn=turn, said=engine.Said())
    publish(FilingBegan(filing=made.pk, cause=cause, at=at), area=area)
    return made
