from datetime import datetime

from lifang.core.access import Refused
from lifang.core.pay.models import Charge


def charge(number: str, amount: int, at: datetime, of: str = "") -> Charge:
    """The stand-in's cashier takes money for a number, or gives it back: once, however often it is asked."""
    made, _new = Charge.objects.get_or_create(
        number=number, defaults={"amount": amount, "at": at, "of": of}
    )
    if (made.amount, made.of) != (amount, of):
        raise Refused("pay_other_amount")
    return made
