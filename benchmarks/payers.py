"""People who pay, get back, pay twice and are credited at random, until they are killed: `python -m benchmarks.payers RUN MANAGER FILE SEED`.

What an action acknowledged is a line in FILE, written once it is committed: word, number, fen.
"""

import os
import random
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

HANDS = 3


class Payer(threading.Thread):
    """One hand of them."""

    def __init__(self, run: UUID, manager: UUID, told: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.run_, self.manager, self.told, self.dice = run, manager, told, random.Random(seed)
        self.bills: list[UUID] = []
        self.orders: list[UUID] = []

    def run(self) -> None:
        from lifang.core.access import SYSTEM, Refused  # noqa: PLC0415 -- Django is set up by now
        from lifang.core.access.wall import behind  # noqa: PLC0415

        while True:
            try:
                with behind(SYSTEM):
                    self._look()
                self.dice.choices((self._cash, self._online, self._back, self._credit), (4, 4, 4, 1))[0]()  # fmt: skip
            except Refused as no:
                self._tell("refused", no.refusal.reason, 0)
            time.sleep(self.dice.uniform(0, 0.02))

    def _tell(self, word: str, number: object, fen: int) -> None:
        os.write(self.told, f"{word} {number} {fen}\n".encode())

    def _look(self) -> None:
        """Bills that came meanwhile, those of people with an account twice: they pay online."""
        from lifang.living.models import Bill  # noqa: PLC0415

        last = max(self.bills, default=UUID(int=0))
        rows = Bill.objects.filter(run=self.run_, pk__gt=last).order_by("pk")
        self.bills += list(rows.values_list("pk", flat=True)[:2000])
        if not self.bills:
            time.sleep(0.1)

    def _bill(self, *, theirs: bool = False) -> Any:
        from lifang.core.access import SYSTEM  # noqa: PLC0415
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.living.models import Bill  # noqa: PLC0415

        with behind(SYSTEM):
            if theirs:
                found = list(Bill.objects.filter(run=self.run_, holders__len__gt=1)[:200])  # fmt: skip
                return self.dice.choice(found) if found else None
            return Bill.objects.get(pk=self.dice.choice(self.bills)) if self.bills else None

    def _actor(self, account: UUID) -> Any:
        from lifang.core.access.grants import actor_of  # noqa: PLC0415

        return actor_of(account, _now())

    def _amount(self, left: int) -> int:
        return left if self.dice.random() < 0.5 else self.dice.randint(1, max(1, left))

    def _cash(self) -> None:
        from lifang.living import actions  # noqa: PLC0415

        bill = self._bill()
        if bill is not None:
            made = actions.take_part(actor=self._actor(self.manager), bill=bill, amount=self._amount(bill.left), at=_now())  # fmt: skip
            self.orders.append(made.pk)
            self._tell("cash", made.number, made.amount)

    def _online(self) -> None:
        """At the stand-in's cashier; of three notifications one is lost, of four bills one is paid twice at once."""
        from lifang.core.access import SYSTEM  # noqa: PLC0415
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.core.pay import actions as pay  # noqa: PLC0415
        from lifang.core.pay.adapters.local import Local  # noqa: PLC0415
        from lifang.core.pay.adapters.local.actions import charge  # noqa: PLC0415
        from lifang.living import actions  # noqa: PLC0415

        bill = self._bill(theirs=True)
        if bill is None:
            return
        who = self._actor(UUID(next(one for one in bill.holders if one.startswith("account:"))[8:]))
        amount = self._amount(bill.left)
        times = 2 if self.dice.random() < 0.25 else 1
        orders = [actions.to_pay(actor=who, bill=bill, amount=amount, way="local", at=_now()) for _ in range(times)]  # fmt: skip
        for order in orders:
            with behind(SYSTEM):
                charge(order.number, order.amount, _now())
                self._tell("charged", order.number, order.amount)
                if self.dice.random() < 0.67:
                    body, mark = Local.notification(Local().ask(order.number))  # type: ignore[arg-type]
                    pay.take_notice(actor=SYSTEM, way="local", told=Local().read(body, mark), at=_now())  # fmt: skip
                    self._tell("online", order.number, order.amount)
            self.orders.append(order.pk)

    def _back(self) -> None:
        from lifang.core.access import SYSTEM  # noqa: PLC0415
        from lifang.core.access.wall import behind  # noqa: PLC0415
        from lifang.core.pay.models import PayOrder  # noqa: PLC0415
        from lifang.living import actions  # noqa: PLC0415
        from lifang.living.models import Bill  # noqa: PLC0415

        if not self.orders:
            return
        with behind(SYSTEM):
            order = PayOrder.objects.get(pk=self.dice.choice(self.orders))
            bill = Bill.objects.get(pk=order.subject)
        made = actions.refund_bill(
            actor=self._actor(self.manager), bill=bill, order=order, amount=self._amount(order.left), why="多缴",
            token=f"{self.dice.getrandbits(64):x}", at=_now(),
        )  # fmt: skip
        self._tell("refund", made.number, made.amount)

    def _credit(self) -> None:
        from lifang.living import actions  # noqa: PLC0415

        bill = self._bill()
        if bill is not None and bill.left:
            amount = self.dice.randint(1, min(500, bill.left))
            actions.credit(actor=self._actor(self.manager), bill=bill, amount=amount, why="面积有误", at=_now())  # fmt: skip
            self._tell("credit", bill.number, amount)


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    import django  # noqa: PLC0415

    django.setup()
    run, manager, file, seed = sys.argv[1:]
    told = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    for n in range(HANDS):
        Payer(UUID(run), UUID(manager), told, int(seed) * HANDS + n).start()
    while threading.active_count() > HANDS:
        time.sleep(0.5)
    sys.exit("a payer broke off")


if __name__ == "__main__":
    main()
