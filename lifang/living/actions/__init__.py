"""Change what concerns daily life."""

from lifang.living.actions.bills import credit, refund_bill, settle, take_back, take_part, to_pay
from lifang.living.actions.metering import Read, drop_readings, read_meters, set_tariff
from lifang.living.actions.runs import issue_batch, start_run, work_run
from lifang.living.actions.utilities import Sent, drop_bills, take_bills
from lifang.living.actions.whom import concern_homes

__all__ = [
    "Read",
    "Sent",
    "concern_homes",
    "credit",
    "drop_bills",
    "drop_readings",
    "issue_batch",
    "read_meters",
    "refund_bill",
    "set_tariff",
    "settle",
    "start_run",
    "take_back",
    "take_bills",
    "take_part",
    "to_pay",
    "work_run",
]
