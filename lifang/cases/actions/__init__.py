"""Everything that changes a case. Keywords only; `actor` and `at` always."""

from lifang.cases.actions.alarms import take_alarm
from lifang.cases.actions.desk import (
    accept,
    answer,
    arbitrate,
    ask_verification,
    correct,
    dispatch,
    escalate,
    press,
    refuse,
    verify,
)
from lifang.cases.actions.joint import order_joint, take_part
from lifang.cases.actions.learn import learn, learn_matters
from lifang.cases.actions.limits import revise_limits, withdraw_revision
from lifang.cases.actions.look import contact, drop_view, save_view
from lifang.cases.actions.property import answer_complaint, take_complaint, take_repair
from lifang.cases.actions.report import add, join, record, report, self_handle, withdraw
from lifang.cases.actions.rollup import check_rollups, rebuild_rollups
from lifang.cases.actions.sample import draw_sample, recheck
from lifang.cases.actions.shape import merge, split
from lifang.cases.actions.takeover import Ground, Past, take_over
from lifang.cases.actions.time import (
    ask_delay,
    decide_delay,
    resume,
    suspend,
    tell_overdue,
)
from lifang.cases.actions.tours import take_tour
from lifang.cases.actions.unit import feed_back, return_, sign
from lifang.cases.actions.verdict import archive, call_back, check, not_solved, rate, reopen

__all__ = [
    "Ground",
    "Past",
    "accept",
    "add",
    "answer",
    "answer_complaint",
    "arbitrate",
    "archive",
    "ask_delay",
    "ask_verification",
    "call_back",
    "check",
    "check_rollups",
    "contact",
    "correct",
    "decide_delay",
    "dispatch",
    "draw_sample",
    "drop_view",
    "escalate",
    "feed_back",
    "join",
    "learn",
    "learn_matters",
    "merge",
    "not_solved",
    "order_joint",
    "press",
    "rate",
    "rebuild_rollups",
    "recheck",
    "record",
    "refuse",
    "reopen",
    "report",
    "resume",
    "return_",
    "revise_limits",
    "save_view",
    "self_handle",
    "sign",
    "split",
    "suspend",
    "take_alarm",
    "take_complaint",
    "take_over",
    "take_part",
    "take_repair",
    "take_tour",
    "tell_overdue",
    "verify",
    "withdraw",
    "withdraw_revision",
]  # fmt: skip
