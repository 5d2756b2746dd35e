"""What the police tell a neighbourhood answers questions, too: notices for the assistant of affairs.

Sensing keeps them and affairs answers; neither imports the other, so both meet here.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime

from lifang.affairs.catalogue import Notice, notices_from
from lifang.core.access import Actor
from lifang.core.i18n import Text
from lifang.sensing import selectors
from lifang.sensing.catalogue import SAFETY_KINDS

MOST = 300  # that stand at one time
NAMED = 3


def _safety(actor: Actor, at: datetime) -> Iterable[Notice]:
    """Published, and standing at that time."""
    for row in selectors.public_safety(actor, at, most=MOST):
        if row.kind in SAFETY_KINDS:
            yield _notice(row)


def _notice(row: Any) -> Notice:
    kind, names = SAFETY_KINDS[row.kind], [name for _pk, name in row.places]
    first, n = names[:NAMED], len(names)
    where = Text("、".join(first), ", ".join(first))
    if n > NAMED:
        where = Text(f"{where.zh}等 {n} 栋楼", f"{where.en} and others, {n} buildings")
    day = f"{row.happened_on or localtime(row.noted_at).date()}"
    text = Text(
        f"{row.title}：{row.text}\n{kind.hint.zh}。\n{row.unit.name.zh}，{day}，{where.zh}。",
        f"{row.title}: {row.text}\n{kind.hint.en}.\n{row.unit.name.en}, {day}, {where.en}.",
    )  # fmt: skip
    return Notice(
        key=f"safety-{row.pk}", title=kind.name, text=text, url=f"{reverse('sensing:safety')}#safety-{row.pk}", words=kind.words,
        places=names, communities=frozenset([row.area]), buildings=frozenset(UUID(pk) for pk, _name in row.places),
    )  # fmt: skip


notices_from("cases.safety", _safety, lambda: [word for one in SAFETY_KINDS for word in one.words])
