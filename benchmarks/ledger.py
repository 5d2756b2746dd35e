"""What stands in a run's rows and books afterwards, counted by plain SQL and not by the product's own selectors."""

from typing import Any
from uuid import UUID

from django.db import connection


def _ask(sql: str, *facts: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


def _one(sql: str, *facts: Any) -> int:
    return int(_ask(sql, *facts)[0][0] or 0)


class Found:
    """Read once, as the system."""

    def __init__(self, run: Any) -> None:
        self.run = run.pk
        self.book = _ask("SELECT id FROM pay_book WHERE owner = %s AND area = %s", f"unit:{run.unit_id}", run.area)[0][0]  # fmt: skip
        rows = _ask("SELECT dwelling_id, amount, credited, paid, id FROM living_bill WHERE source = 'run' AND unit_id = %s AND month = %s", run.unit_id, run.month)  # fmt: skip
        self.rows = len(rows)
        self.bills: dict[UUID, tuple[int, int, int, UUID]] = {
            row[0]: tuple(row[1:]) for row in rows
        }  # type: ignore[misc]
        self.ended = _one("SELECT count(*) FROM events_outbox WHERE name = 'living.RunEnded' AND facts->>'run' = %s", str(run.pk))  # fmt: skip
        self.concerned = _one("SELECT count(*) FROM living_bill b, unnest(b.holders) h WHERE b.run_id = %s AND h LIKE 'account:%%'", run.pk)  # fmt: skip
        self.messages = _one("SELECT count(*) FROM notify_message m, living_bill b WHERE b.run_id = %s AND m.key = b.id || ':billed' AND m.template = 'living.billed' AND m.channel = 'inbox'", run.pk)  # fmt: skip
        self.vouchers = _one("SELECT count(*) FROM pay_voucher WHERE book_id = %s", self.book)
        self.unbalanced = _one("SELECT count(*) FROM (SELECT 1 FROM pay_entry WHERE book_id = %s GROUP BY voucher_id HAVING sum(amount) <> 0) x", self.book)  # fmt: skip
        self.orders = {number: (state, amount, way) for number, state, amount, way in _ask("SELECT number, state, amount, way FROM pay_payorder WHERE book_id = %s", self.book)}  # fmt: skip
        self.refunds = {number: (state, amount, key) for number, state, amount, key in _ask("SELECT r.number, r.state, r.amount, r.key FROM pay_refund r JOIN pay_payorder o ON o.id = r.order_id WHERE o.book_id = %s", self.book)}  # fmt: skip
        self.charges = dict(_ask("SELECT c.number, c.amount FROM pay_charge c WHERE c.of = '' AND c.number IN (SELECT number FROM pay_payorder WHERE book_id = %s)", self.book))  # fmt: skip
        self.credits = dict(_ask("SELECT number, credited FROM living_bill WHERE run_id = %s AND credited > 0", run.pk))  # fmt: skip

        money = self._money()
        self.paid, self.came, self.went = (sum(row[n] for row in money) for n in range(3))
        self.cents_lost = sum(abs(paid - (came - back)) for paid, came, back in money)
        self.off = self._off()

    @property
    def doubled(self) -> int:
        return self.rows - len(self.bills)

    def otherwise(self, asked: dict[UUID, int]) -> int:
        return sum(self.bills[door][0] != fen for door, fen in asked.items() if door in self.bills)

    def has(self, word: str, number: str, fen: int) -> bool:
        """What was acknowledged is there, with its amount."""
        if word in ("cash", "online", "charged"):
            state, amount, _way = self.orders.get(number, ("", 0, ""))
            return (state, amount) == ("paid", fen)
        if word == "refund":
            state, amount, _key = self.refunds.get(number, ("", 0, ""))
            return (state, amount) == ("done", fen)
        return word == "refused" or self.credits.get(number, 0) >= fen

    def beyond(self, said: list[list[str]]) -> int:
        """Payments, refunds and reductions that stand and were not acknowledged: begun when their payer was killed."""
        acked = {number for word, number, _fen in said if word in ("cash", "charged", "refund")}
        paid = {number for number, (state, _amount, _way) in self.orders.items() if state == "paid"}
        asked = {number for number, (_s, _a, key) in self.refunds.items() if not key.startswith("excess:")}  # fmt: skip
        credited = sum(int(fen) for word, _number, fen in said if word == "credit")
        return len((paid | asked) - acked) + (sum(self.credits.values()) > credited)

    def _accounts(self) -> dict[str, int]:
        return dict(_ask("SELECT l.code, coalesce(sum(e.amount), 0)::bigint FROM pay_ledger l LEFT JOIN pay_entry e ON e.ledger_id = l.id WHERE l.book_id = %s GROUP BY l.code", self.book))  # fmt: skip

    def _off(self) -> dict[str, tuple[int, int]]:
        """Accounts whose balance is not what bills, lines, orders and the channel's own book say: (stands, should)."""
        unit = "SELECT sum(amount - credited - paid) FROM living_bill WHERE unit_id = (SELECT unit_id FROM living_run WHERE id = %s)"
        should = {
            "receivable": _one(unit, self.run),
            "reductions": sum(self.credits.values()),
            "clearing:local": sum(self.charges.values()) - _one("SELECT sum(c.amount) FROM pay_charge c WHERE c.of IN (SELECT number FROM pay_payorder WHERE book_id = %s)", self.book),
            "clearing:till": sum(amount for state, amount, way in self.orders.values() if (state, way) == ("paid", "till")) - self._back("till"),
            "held": 0,
        }  # fmt: skip
        for item, fen in _ask("SELECT l.item, sum(l.amount)::bigint FROM living_billline l JOIN living_bill b ON b.id = l.bill_id WHERE b.unit_id = (SELECT unit_id FROM living_run WHERE id = %s) GROUP BY l.item", self.run):  # fmt: skip
            should[f"income:{item}"] = -fen
        stands = self._accounts()
        return {
            code: (stands.get(code, 0), should.get(code, 0))
            for code in {*stands, *should}
            if stands.get(code, 0) != should.get(code, 0)
        }

    def _back(self, way: str) -> int:
        return _one("SELECT sum(r.amount) FROM pay_refund r JOIN pay_payorder o ON o.id = r.order_id WHERE o.book_id = %s AND o.way = %s AND r.state = 'done'", self.book, way)  # fmt: skip

    def _money(self) -> list[tuple[int, int, int]]:
        """Bill by bill: what it says is paid, what people gave, what they got back."""
        return _ask(
            """SELECT b.paid, coalesce(came.n, 0)::bigint, coalesce(back.n, 0)::bigint FROM living_bill b
            LEFT JOIN (SELECT subject, sum(amount) n FROM pay_payorder WHERE state = 'paid' GROUP BY subject) came ON came.subject = b.id
            LEFT JOIN (SELECT o.subject, sum(r.amount) n FROM pay_refund r JOIN pay_payorder o ON o.id = r.order_id WHERE r.state = 'done'
                       GROUP BY o.subject) back ON back.subject = b.id
            WHERE b.run_id = %s""",
            self.run,
        )
