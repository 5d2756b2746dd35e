"""Change money: book it, ask for it, take it, give it back, compare it."""

from lifang.core.pay.actions.books import Booking, book, book_many, ledger, open_book
from lifang.core.pay.actions.forgetting import unname
from lifang.core.pay.actions.orders import close_orders, open_order, sweep, take_cash, take_notice
from lifang.core.pay.actions.reconciling import reconcile, reconcile_yesterday, settle_difference
from lifang.core.pay.actions.refunds import ask_refund, give_refund, give_waiting

__all__ = [
    "Booking",
    "ask_refund",
    "book",
    "book_many",
    "close_orders",
    "give_refund",
    "give_waiting",
    "ledger",
    "open_book",
    "open_order",
    "reconcile",
    "reconcile_yesterday",
    "settle_difference",
    "sweep",
    "take_cash",
    "take_notice",
    "unname",
]
