"""Change what concerns daily life."""

from lifang.living.actions.bills import credit, refund_bill, settle, take_back, take_part, to_pay
from lifang.living.actions.community import (
    complain,
    counter_line,
    do_round,
    end_complaint,
    enter_line,
    note_case,
    plan_rounds,
)
from lifang.living.actions.late import escalate_repair, see_to_repairs, tell_household, warn_late
from lifang.living.actions.metering import Read, drop_readings, read_meters, set_tariff
from lifang.living.actions.repairs import (
    answer_quote,
    book_repair,
    finish_repair,
    lapse_repair,
    order_repair,
    quote_repair,
    rate_repair,
    refuse_repair,
    reopen_repair,
    see_repair_telephone,
    take_repair,
    withdraw_repair,
)
from lifang.living.actions.runs import issue_batch, start_run, work_run
from lifang.living.actions.utilities import Sent, drop_bills, take_bills
from lifang.living.actions.whom import concern_homes

__all__ = [
    "Read",
    "Sent",
    "answer_quote",
    "book_repair",
    "complain",
    "concern_homes",
    "counter_line",
    "credit",
    "do_round",
    "drop_bills",
    "drop_readings",
    "end_complaint",
    "enter_line",
    "escalate_repair",
    "finish_repair",
    "issue_batch",
    "lapse_repair",
    "note_case",
    "order_repair",
    "plan_rounds",
    "quote_repair",
    "rate_repair",
    "read_meters",
    "refund_bill",
    "refuse_repair",
    "reopen_repair",
    "see_repair_telephone",
    "see_to_repairs",
    "set_tariff",
    "settle",
    "start_run",
    "take_back",
    "take_bills",
    "take_part",
    "take_repair",
    "tell_household",
    "to_pay",
    "warn_late",
    "withdraw_repair",
    "work_run",
]
