"""What devices announce by Home Assistant's discovery is kept: their states say nothing by themselves."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.sensing.adapters.homeassistant import Announcements, Spoken, announced
from lifang.sensing.models import Announced
from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Owner, Poison

MOST = 2_000  # announcements of one key
_KEEP = """
INSERT INTO sensing_announced (id, area, holders, source, key, spoken, last_at) SELECT %s::uuid, %s, '{}', %s, %s, %s::jsonb, %s::timestamptz
WHERE (SELECT count(*) FROM sensing_announced WHERE source = %s) < %s OR EXISTS (SELECT FROM sensing_announced WHERE source = %s AND key = %s)
ON CONFLICT (source, key) DO UPDATE SET spoken = excluded.spoken, area = excluded.area, last_at = excluded.last_at
"""
_BACK = "DELETE FROM sensing_announced WHERE source = %s AND key = %s"


def announce(owner: Owner, levels: Sequence[str], body: bytes, at: datetime) -> None:
    """Keep what is announced, or take it back; committed when this returns. Raises `Refusing`, also for the part that cannot be read."""
    found, wrong = announced(levels, body)
    key = "/".join(levels[1:-1]).replace("\x00", "\ufffd")[:900]
    with behind(SYSTEM), transaction.atomic(), connection.cursor() as cursor:
        if found:
            spoken = msgspec.json.encode(found).decode()
            cursor.execute(
                _KEEP, [new_id(), owner.area, owner.source, key, spoken, at, owner.source, MOST, owner.source, key]
            )  # fmt: skip
            if not cursor.rowcount:
                raise Refusing(Poison.TOO_LARGE, f"more than {MOST} announcements")
        else:
            cursor.execute(_BACK, [owner.source, key])
    if wrong:
        raise wrong[0]


def announced_by(owner: Owner) -> Announcements:
    """All that a key has announced."""
    with behind(SYSTEM):
        rows = list(Announced.objects.filter(source=owner.source).values_list("spoken", flat=True))
    return Announcements(one for row in rows for one in msgspec.convert(row, list[Spoken]))
