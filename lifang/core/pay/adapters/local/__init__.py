import json
from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from lifang.core.crypto.seals import signature, signed
from lifang.core.i18n import Text
from lifang.core.pay.adapters.local.actions import charge
from lifang.core.pay.models import Charge
from lifang.core.pay.terms import Notice, Told, Unsigned

PURPOSE = "pay.local"
MOST_BYTES = 2000


class Local:
    """A stand-in for a payment channel: a cashier with a book of its own that signs what it tells. No money moves."""

    key = "local"
    name = Text(zh="本机模拟收银台", en="Local stand-in cashier")
    local = True
    online = True

    def begin(self, number: str, amount: int) -> str:
        del amount
        return reverse("pay:cashier", args=[number])

    def read(self, body: bytes, mark: str) -> Told:
        if len(body) > MOST_BYTES or not signed(body, PURPOSE, mark):
            raise Unsigned
        try:
            told = json.loads(body)
            return Told(Notice(told["notice"]), str(told["number"]), int(told["amount"]), str(told["reference"]), datetime.fromisoformat(told["at"]))  # fmt: skip
        except (ValueError, KeyError, TypeError) as wrong:
            raise Unsigned from wrong

    def ask(self, number: str) -> Told | None:
        found = Charge.objects.filter(number=number).first()
        return _told(found) if found else None

    def give_back(self, number: str, of: str, amount: int, at: datetime) -> Told:
        return _told(charge(number, amount, at, of=of))

    def statement(self, start: datetime, end: datetime) -> Iterable[Told]:
        rows = Charge.objects.filter(at__gte=start, at__lt=end).order_by("at", "id")
        return [_told(row) for row in rows.iterator()]

    @staticmethod
    def notification(told: Told) -> tuple[bytes, str]:
        """What the cashier sends: a body, and its signature."""
        said = {**told._asdict(), "at": told.at.isoformat()}
        body = json.dumps(said, sort_keys=True).encode()
        return body, signature(body, PURPOSE)


def _told(row: Charge) -> Told:
    notice = Notice.REFUNDED if row.of else Notice.PAID
    return Told(notice, row.number, row.amount, f"L{row.pk.hex}", row.at)
