from datetime import UTC, datetime, timedelta

from lifang.core.audit.chain import Line
from lifang.core.audit.log import append
from lifang.core.ids import new_id

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def make_line(number: int = 0, **facts) -> Line:
    given = {
        "at": AT + timedelta(seconds=number),
        "account": str(new_id()),
        "kind": "staff",
        "action": "cases.accept",
        "outcome": "done",
        "subject_type": "cases.case",
        "subject": str(new_id()),
        "area": "990101001",
        "reason": "",
        "changes": {"state": ["new", "accepted"], "note": "*", "count": [None, number]},
        **facts,
    }
    return Line(**given)


def make_lines(count: int) -> None:
    append(make_line(number) for number in range(count))
