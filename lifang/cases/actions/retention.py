"""What is over of a case goes: names, words, notes and photos. What happened, where and when, stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from lifang.cases.models import CallBack, Case, Check, Delay, Pressing, Recheck, Reporter
from lifang.cases.selectors import retention as ask
from lifang.cases.selectors.causes import alarms_of_open_cases
from lifang.core.access import SYSTEM
from lifang.core.files import store
from lifang.core.flow import engine
from lifang.core.retention import Shelf, shelf
from lifang.sensing.actions import needs_recordings

OF_REPORTERS = (
    "start",
    "join",
    "add",
    "rate",
    "withdraw",
    "reopen",
)  # moves whose words are theirs
NOTED: tuple[tuple[Any, str], ...] = (
    (Check, "case__in"),
    (CallBack, "case__in"),
    (Pressing, "case__in"),
    (Delay, "case__in"),
    (Recheck, "case__in"),
)


def anonymise(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    """Reporters lose name, telephone, account and words; staff's own notes go; what the public read stays."""
    cases = {row.pk: row for row in rows}
    reporters = list(Reporter.objects.filter(case__in=cases))
    for one in reporters:
        _let_go(cases[one.case_id], one)
    for case in rows:
        case.text, case.anonymised_at = "", at
        case.save()
    went = {"reporters": len(reporters), "notes": engine.hush(cases, OF_REPORTERS)}
    for model, column in NOTED:
        went["notes"] += model.objects.filter(**{column: cases}).exclude(note="").update(note="")
    return went


def _let_go(case: Case, reporter: Reporter) -> None:
    """The case does not concern the account any more, unless it does as staff's own."""
    mine = f"account:{reporter.account_id}"
    case.holders = [holder for holder in case.holders if holder != mine]
    reporter.name = reporter.phone = reporter.said = ""
    reporter.account_id = None
    reporter.save(update_fields=["name", "phone", "phone_index", "said", "account"])


def drop_photos(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    return {"files": store.remove(Case._meta.label_lower, [row.pk for row in rows])}


_HELD = partial(ask.held, SYSTEM)

shelf(
    Shelf(
        "cases.reporters", ask.told_over, anonymise, _HELD, kind="case", also=("cases.Reporter",)
    ),
    Shelf("cases.photos", ask.pictured_over, drop_photos, _HELD, kind="case"),
)

needs_recordings(alarms_of_open_cases)
