"""Decides: no database, no clock."""

from lifang.living.rules.bills import (
    charge,
    inside,
    may_pay,
    month_before,
    month_fits,
    quantity,
    reading_fits,
    serves,
    standing,
    tariff_fits,
)

__all__ = [
    "charge",
    "inside",
    "may_pay",
    "month_before",
    "month_fits",
    "quantity",
    "reading_fits",
    "serves",
    "standing",
    "tariff_fits",
]
