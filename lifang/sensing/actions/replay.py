"""Messages in quarantine, tried again."""

from datetime import datetime

from django.db import connection

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.sensing.actions.announced import announced_by
from lifang.sensing.actions.intake import Register, take
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.adapters import BY_FIRST_LEVEL, hear, lifang
from lifang.sensing.models import Quarantined
from lifang.sensing.rules import Incoming, Refusing
from lifang.sensing.selectors import ways
from lifang.sensing.terms import Owner, Way, micros


@action("sensing.replay_poison")
def replay_poison(*, actor: Actor, poison: Quarantined, at: datetime) -> bool:
    """Read it as if it came now, at the time it first came; if that succeeds it leaves quarantine."""
    held = Quarantined.objects.hold(poison.pk)
    with behind(SYSTEM):
        owner = ways.owner_of_prefix(SYSTEM, held.source.partition(":")[2], at)
    insist(None if owner else Refusal("key_gone"))
    assert owner is not None  # noqa: S101 -- insisted
    try:
        heard: list[Incoming] = _by_topic(owner, held) if held.topic else [lifang.read(bytes(held.body))]  # fmt: skip
    except Refusing:
        heard = []
    parcels = [
        Parcel(owner, Way.REPLAY, said, bytes(held.body), held.topic, None, micros(held.first_at))
        for said in heard
    ]
    receipt = take(Register(), parcels, at) if parcels else None
    if receipt is None or receipt.refused:
        return False
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sensing_quarantined WHERE id = %s", [held.pk])
    return True


def _by_topic(owner: Owner, held: Quarantined) -> list[Incoming]:
    """By its dialect, or as it was announced in the meantime."""
    levels, body = held.topic.split("/"), bytes(held.body)
    return hear(levels, body) if levels[0] in BY_FIRST_LEVEL else announced_by(owner).hear(levels, body)  # fmt: skip
