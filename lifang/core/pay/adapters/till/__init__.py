from collections.abc import Iterable
from datetime import datetime

from lifang.core.i18n import Text
from lifang.core.pay.terms import Notice, Told, Unsigned


class Till:
    """Cash at a counter: the clerk's word is the notification, and nobody else keeps a statement."""

    key = "till"
    name = Text(zh="柜台现金", en="Cash at the counter")
    local = False
    online = False

    def begin(self, number: str, amount: int) -> str:
        raise NotImplementedError("cash is taken by a clerk")

    def read(self, body: bytes, mark: str) -> Told:
        raise Unsigned

    def ask(self, number: str) -> Told | None:
        del number
        return None

    def give_back(self, number: str, of: str, amount: int, at: datetime) -> Told:
        del of
        return Told(Notice.REFUNDED, number, amount, f"T{number}", at)

    def statement(self, start: datetime, end: datetime) -> Iterable[Told]:
        del start, end
        return []
