"""Applications for tests: made by real actions, moved by the people whose turn it is."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application, Intake, Point, Terminal
from lifang.affairs.rules import day_of
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.forms import actions as forms
from lifang.core.testing import cast, places
from lifang.orgs.models import Unit
from lifang.registry.tests.make import make_building, make_household, make_person, number
from lifang.registry.tests.make import make_linked as linked

MONDAY = cast.MONDAY
HOUR = timedelta(hours=1)


def make_unit(kind: str, pk: UUID | None = None, area: str = places.COUNTY) -> Unit:
    found = Unit.objects.filter(kind=kind, area=area).first()
    return found or Unit.objects.create(
        **({"pk": pk} if pk else {}), kind=kind, area=area, name_zh=kind, name_en=kind, opened=date(2020, 1, 1)
    )  # fmt: skip


def known_person(member: Any = None, area: str = places.GRID, **more: Any) -> Any:
    """Somebody of whom the register knows all that an elderly card asks."""
    facts = {
        "name": "王秀英", "identity": number("19550601", 224), "telephone": "10000007788", "sex": "female", "born": date(1955, 6, 1),
        "ethnicity": "01", "registered_at": "里坊区大街街道和平路1号", **more,
    }  # fmt: skip
    person = linked(member, area=area, **facts) if member else make_person(area, **facts)
    make_household(person, area=area, door=make_building(area)[3])
    return person


def window(area: str = places.COMMUNITY) -> Any:
    """Whoever stands at the window."""
    return cast.member("community_worker", area)


def apply(member: Any, key: str = "elderly-card", answers: Any = None, **more: Any) -> Application:
    """Online, by a resident whose record is linked."""
    guide, who = GUIDES[key], member.actor
    draft = actions.begin(actor=who, guide=guide, at=MONDAY)
    forms.answer(actor=who, draft=draft, form=guide.form, answers={**passed(guide), **(answers or {})}, at=MONDAY)  # fmt: skip
    return actions.apply(actor=who, draft=draft, guide=guide, at=MONDAY, **more)


def passed(guide: Any) -> dict[str, Any]:
    """The papers that may come later are passed."""
    return {f"m_{one.key}": "" for one in guide.materials}


def make_application(area: str, key: str = "elderly-card", at: Any = MONDAY, answers: Any = None, **more: Any) -> Application:  # fmt: skip
    """Recorded at the window for somebody of the area; waits for acceptance."""
    intake = make_intake(area, guides=[key], **more)
    worker = recorder(area)
    guide = GUIDES[key]
    with behind(SYSTEM):
        known = selectors.given(SYSTEM, intake.person, day_of(at))
        draft = forms.begin(
            actor=worker, form=guide.form, subject=f"affairs:{intake.pk}:{key}", given=known,
            answers={"delivery": "window", "bank_number": "6200 0000 0000", **passed(guide), **(answers or {})}, at=at,
        )  # fmt: skip
        return actions.record(actor=worker, intake=intake, draft=draft, guide=guide, at=at)


def recorder(area: str) -> Actor:
    """Everybody's rights, and an account to hold the draft."""
    from lifang.core.access import Kind  # noqa: PLC0415 -- only here

    made = cast.account(name="window")
    scope = SYSTEM.scope.__class__(areas=SYSTEM.scope.areas, holders=frozenset({f"account:{made.pk}"}))  # fmt: skip
    return Actor(made.pk, "window", Kind.SYSTEM, scope=scope)


def make_intake(area: str, guides: Any = ("elderly-card",), **more: Any) -> Intake:
    with behind(SYSTEM):
        person = known_person(area=area, despite="walk", identity=number("19550601", new()), **more)
        return actions.receive(
            actor=recorder(area), person=person, guides=list(guides), area=area, at=MONDAY
        )


_COUNT = iter(range(100, 999))


def new() -> int:
    return next(_COUNT)


def again(row: Application) -> Application:
    with behind(SYSTEM):
        return Application.objects.get(pk=row.pk)


def accepted(area: str, key: str = "elderly-card", **more: Any) -> Application:
    row = make_application(area, key, **more)
    missing = [one.key for one in row.matter.materials]
    return actions.accept(actor=SYSTEM, application=row, seen=missing, at=MONDAY + HOUR)


def granted(area: str, key: str = "elderly-card") -> Application:
    row = accepted(area, key)
    return actions.decide(actor=SYSTEM, application=row, granted=True, at=MONDAY + 2 * HOUR)


def make_point(area: str = places.COMMUNITY, counters: int = 1, guides: Any = (), **more: Any) -> Point:  # fmt: skip
    """A service point that is open by the calendar of service halls."""
    told = {"name_zh": "便民服务站", "name_en": "Service station", "address": "和平路1号", "lon": 121.0, "lat": 31.0, "hours": "service_hall", **more}  # fmt: skip
    with behind(SYSTEM):
        return actions.set_point(actor=SYSTEM, area=area, told=told, counters=counters, guides=guides, at=MONDAY)  # fmt: skip


def make_terminal(area: str = places.COMMUNITY, services: Any = ("ticket", "query"), point: Any = None, **more: Any) -> Terminal:  # fmt: skip
    """A terminal of the register, bound to no machine yet."""
    told = {"name_zh": "自助终端", "name_en": "Terminal", "address": "和平路1号", "lon": 121.0, "lat": 31.0, "owner": "街道", "hours": "duty", **more}  # fmt: skip
    with behind(SYSTEM):
        return actions.set_terminal(actor=SYSTEM, area=area, told=told, services=services, point=point, at=MONDAY)  # fmt: skip


def bound(area: str = places.COMMUNITY, **more: Any) -> tuple[Terminal, str]:
    """A terminal, and the word its machine knows."""
    row = make_terminal(area, **more)
    with behind(SYSTEM):
        return row, actions.pair_terminal(actor=SYSTEM, terminal=row, at=MONDAY)


def make_callback(area: str) -> Any:
    """Somebody of the area wants to be phoned back."""
    asker = cast.resident()
    with behind(SYSTEM):
        linked(asker, area=area, name="王秀英", identity=number("19550601", new()), despite="walk")
    return actions.ask_person(actor=asker.actor, text="问老年证", telephone="10000001234", channel="web", at=MONDAY)  # fmt: skip


def make_mandate(area: str) -> Any:
    """A worker wrote down that somebody of the area lets a daughter act."""
    helper = cast.resident()
    phone = f"1000000{new()}{new()}"[:11]
    with behind(SYSTEM):
        linked(
            helper,
            area=places.GRID,
            name="李小梅",
            identity=number("19800601", new()),
            telephone=phone,
            despite="walk",
        )
        mother = known_person(area=area, identity=number("19550601", new()), despite="walk")
        return actions.record_mandate(
            actor=SYSTEM, principal=mother, name="李小梅", telephone=phone, guides=["elderly-card"], until=day_of(MONDAY) + timedelta(days=30), way="voice", at=MONDAY
        )  # fmt: skip


def first_slot(person: Any, at: Any = MONDAY) -> Any:
    """The first time that the hall of somebody's area has free."""
    with behind(SYSTEM):
        point = selectors.visiting_point(SYSTEM, person.area)
        return next(one.at for one in selectors.home_slots(SYSTEM, point, at) if one.free)


def make_home_visit(area: str) -> Any:
    """A worker ordered it for somebody of the area."""
    with behind(SYSTEM):
        person = known_person(area=area, identity=number("19550601", new()), despite="walk")
        if selectors.visiting_point(SYSTEM, area) is None:
            make_point(area[:12])
        told = {"guides": ["elderly-card"], "slot_at": first_slot(person), "telephone": "10000007788", "home": "和平路1号", "at": MONDAY}  # fmt: skip
        return actions.record_home_visit(actor=SYSTEM, person=person, **told)
