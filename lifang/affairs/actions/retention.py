"""What is over of an application goes: papers, words, names. Which matter, where, when and how it ended stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from lifang.affairs.models import Application, Confirmation, Laid, Part, Result
from lifang.affairs.selectors import retention as ask
from lifang.core.access import SYSTEM
from lifang.core.crypto.masks import ERASED
from lifang.core.files import store
from lifang.core.flow import engine
from lifang.core.flow.models import Step
from lifang.core.forms import Filled
from lifang.core.pay import actions as pay
from lifang.core.retention import Shelf, shelf

Went = Mapping[str, int]
LABEL = Application._meta.label_lower


def drop_files(rows: Sequence[Any], at: datetime) -> Went:
    """The papers that were laid; the result is kept as long as its holder is known."""
    keys = [row.pk for row in rows]
    Laid.objects.filter(application__in=keys).exclude(files=[]).update(files=[])
    results = Result.objects.filter(application__in=keys).values_list("file", flat=True)
    return {"files": store.remove(LABEL, keys, keep=results)}


def forget_words(rows: Sequence[Any], at: datetime) -> Went:
    """Answers, telephone, the departments' reasons and every note."""
    keys = [row.pk for row in rows]
    for row in rows:
        row.answers, row.telephone, row.answer, row.emptied_at = Filled({}, {}).written(), None, "", at  # fmt: skip
        row.save()
    heard = list(Confirmation.objects.filter(application__in=keys))
    store.remove(Confirmation._meta.label_lower, [one.pk for one in heard])
    for one in heard:
        one.words, one.present, one.witness, one.file = "—", "—", None, None
        one.save()
    opinions = Part.objects.filter(application__in=keys).exclude(opinion="").update(opinion="")
    noted = Step.objects.filter(subject__in=keys).values_list("move", flat=True).distinct()
    return {"opinions": opinions, "notes": engine.hush(keys, list(noted))}


def anonymise(rows: Sequence[Any], at: datetime) -> Went:
    """Nobody knows any more whose it was; number and signature of the result stay. Words name people too."""
    went = forget_words([row for row in rows if row.emptied_at is None], at)
    for row in rows:
        if row.account_id:
            engine.unname(row.pk, row.account_id)
        row.name, row.telephone, row.person, row.account, row.anonymised_at = ERASED, None, None, None, at  # fmt: skip
        row.holders = _nobodys(row.holders)
        row.save()
        Result.objects.filter(application=row).update(holders=row.holders)
    pay.unname([row.pk for row in rows if row.fee])
    Laid.objects.filter(application__in=rows).exclude(files=[]).update(files=[])
    return {**went, "files": store.remove(LABEL, [row.pk for row in rows])}


def clear_visits(rows: Sequence[Any], at: datetime) -> Went:
    for row in rows:
        row.name, row.telephone, row.person, row.despite, row.anonymised_at = ERASED, None, None, "", at  # fmt: skip
        row.holders, row.ended_at = _nobodys(row.holders), row.ended_at or at
        row.save()
    return {}


def _nobodys(holders: Sequence[str]) -> list[str]:
    return [one for one in holders if not one.startswith("account:")]


_HELD = partial(ask.held, SYSTEM)

shelf(
    Shelf(
        "affairs.files",
        ask.with_files,
        drop_files,
        _HELD,
        kind="application",
        also=("affairs.Laid",),
    ),
    Shelf("affairs.intakes", ask.visited, clear_visits, partial(ask.held_visits, SYSTEM)),
    Shelf(
        "affairs.answers",
        ask.written,
        forget_words,
        _HELD,
        kind="application",
        also=("affairs.Part", "affairs.Confirmation"),
    ),
    Shelf(
        "affairs.applicants",
        ask.named,
        anonymise,
        _HELD,
        kind="application",
        also=("affairs.Result",),
    ),
)
