"""Everything that changes an application. Keywords only; `actor` and `at` always."""

from lifang.affairs.actions.apply import apply, begin, receive, record, withdraw
from lifang.affairs.actions.asking import (
    ask_person,
    note_question,
    phone_back,
    read_callback,
    settle_question,
)
from lifang.affairs.actions.decide import decide, deliver, read
from lifang.affairs.actions.due import find_due
from lifang.affairs.actions.fees import (
    give_back_fee,
    hand_back_fee,
    pay_fee,
    return_fee,
    settle_fee,
    take_fee,
)
from lifang.affairs.actions.halls import (
    book,
    call_next,
    end_turn,
    give_back,
    set_point,
    sit,
    take_ticket,
)
from lifang.affairs.actions.home import (
    assign_home_visit,
    begin_home_visit,
    cancel_home_visit,
    confirm_aloud,
    end_home_visit,
    order_home_visit,
    phone_home_visit,
    read_aloud,
    read_home_visit,
    record_home_visit,
    warn_late_visit,
)
from lifang.affairs.actions.mandates import end_mandate, entrust, record_mandate
from lifang.affairs.actions.overdue import end_overdue
from lifang.affairs.actions.terminals import heard, pair_terminal, set_terminal
from lifang.affairs.actions.window import (
    accept,
    add_supplement,
    ask_supplement,
    decline,
    hand_over,
    opine,
    supplement,
)

__all__ = [
    "accept",
    "add_supplement",
    "apply",
    "ask_person",
    "ask_supplement",
    "assign_home_visit",
    "begin",
    "begin_home_visit",
    "book",
    "call_next",
    "cancel_home_visit",
    "confirm_aloud",
    "decide",
    "decline",
    "deliver",
    "end_home_visit",
    "end_mandate",
    "end_overdue",
    "end_turn",
    "entrust",
    "find_due",
    "give_back",
    "give_back_fee",
    "hand_back_fee",
    "hand_over",
    "heard",
    "note_question",
    "opine",
    "order_home_visit",
    "pair_terminal",
    "pay_fee",
    "phone_back",
    "phone_home_visit",
    "read",
    "read_aloud",
    "read_callback",
    "read_home_visit",
    "receive",
    "record",
    "record_home_visit",
    "record_mandate",
    "return_fee",
    "set_point",
    "set_terminal",
    "settle_fee",
    "settle_question",
    "sit",
    "supplement",
    "take_fee",
    "take_ticket",
    "warn_late_visit",
    "withdraw",
]  # fmt: skip
