"""What is off answers questions too: notices for the assistant of affairs."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime

from lifang.affairs.catalogue import Notice, notices_from
from lifang.core.access import Actor
from lifang.core.i18n import Text
from lifang.living import selectors
from lifang.living.catalogue import OUTAGE_KINDS
from lifang.living.models import Outage

LETTERS = 12  # of an area that is a community


def _outages(actor: Actor, at: datetime) -> Iterable[Notice]:
    rows = selectors.public_outages(actor, at)
    return [_notice(row) for row in rows if row.kind in OUTAGE_KINDS]


def _notice(row: Outage) -> Notice:
    buildings = list(row.buildings.all())
    names = [one.name for one in buildings]
    start, end = localtime(row.starts_at), localtime(row.ends_at)
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    text = Text(
        f"{row.what.name.zh}：{'、'.join(names)}，{start:%Y-%m-%d %H:%M}至{until}。{row.reason}（{row.unit.name.zh}）",
        f"{row.what.name.en}: {', '.join(names)}, from {start:%Y-%m-%d %H:%M} until {until}. {row.reason} ({row.unit.name.en})",
    )  # fmt: skip
    return Notice(
        key=f"outage-{row.pk}", title=row.what.name, text=text, url=f"{reverse('living:outages')}#outage-{row.pk}", words=row.what.words,
        places=names, communities=frozenset(one.area[:LETTERS] for one in buildings), buildings=frozenset(one.building_id for one in buildings),
    )  # fmt: skip


notices_from("living.outages", _outages, lambda: [word for one in OUTAGE_KINDS.all() for word in one.words])  # fmt: skip
