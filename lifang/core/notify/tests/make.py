"""People, templates and an adapter for tests of sending."""

from datetime import UTC, datetime
from uuid import UUID

from lifang.core.access import SYSTEM, Actor, Kind, Scope
from lifang.core.access.wall import behind
from lifang.core.i18n import Text
from lifang.core.ids import new_id
from lifang.core.notify.catalogue import Template
from lifang.core.notify.models import Delivery, Endpoint, Preference
from lifang.core.notify.terms import Channel, Letter, Pace
from lifang.core.notify.webhooks import new_secret

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 11, 23, 15, tzinfo=UTC)  # 23:00
WANG = "account:00000000-0000-0000-0000-000000000001"
LI = "account:00000000-0000-0000-0000-000000000002"

TEMPLATES = {
    "test.accepted": Template(
        key="test.accepted",
        title=Text(zh="{number}已受理", en="{number} accepted"),
        body=Text(zh="{place}的问题，{due}前办结。", en="The trouble at {place}, closed by {due}."),
        sms=Text(zh="【里坊】{number}已受理", en="lifang: {number} accepted"),
        channels=(Channel.INBOX, Channel.SMS, Channel.EMAIL),
    ),
    "test.danger": Template(
        key="test.danger",
        title=Text(zh="险情", en="Danger"),
        body=Text(zh="请立即撤离", en="Leave now"),
        channels=(Channel.INBOX, Channel.SMS),
        urgent=True,
    ),
}
FACTS = {"number": "AB23", "place": Text(zh="前街", en="Front Street"), "due": NOON}


def person(holder: str, area: str = "") -> Actor:
    return Actor(
        UUID(holder.partition(":")[2]),
        "person",
        Kind.RESIDENT,
        basic=frozenset({"notify.read", "notify.prefer"}),
        scope=Scope(frozenset({area}) if area else frozenset(), frozenset({holder})),
    )


def prefers(holder: str, pace: Pace = Pace.AT_ONCE, **more: object) -> None:
    """A holder with a telephone and mail nobody has."""
    values = {"telephone": "10000000001", "email": "wang@example.invalid", **more}
    with behind(SYSTEM):
        Preference(holder=holder, pace=pace, changed_at=NOON, **values).save()


class Carrier:
    """An adapter that keeps what it carried, and fails as told."""

    key = "test"
    local = False

    def __init__(self) -> None:
        self.carried: list[Letter] = []
        self.troubles: list[Exception] = []

    def carry(self, letter: Letter) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.carried.append(letter)


def make_endpoint(area: str = "990101", url: str = "https://example.invalid/hook") -> Endpoint:
    """A webhook of that area that hears everything, added by nobody in particular."""
    with behind(SYSTEM):
        return Endpoint.objects.create(
            area=area, url=url, secret=new_secret(), events=["*"], added_at=NOON
        )


def make_delivery(area: str = "990101", of: Endpoint | None = None) -> Delivery:
    """One line of a log: sent, and answered well."""
    with behind(SYSTEM):
        return Delivery.objects.create(
            endpoint=of or make_endpoint(area),
            told=new_id(),
            event="calendar.DayChanged",
            body='{"type":"calendar.DayChanged","data":{}}',
            state="sent",
            status=204,
            tries=1,
            asked_at=NOON,
            due_at=NOON,
            tried_at=NOON,
            sent_at=NOON,
        )


def hook_and_delivery(area: str) -> tuple[UUID, UUID]:
    made = make_delivery(area)
    return made.endpoint_id, made.pk
