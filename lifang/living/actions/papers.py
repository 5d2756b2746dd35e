"""A receipt as a signed PDF: made once, the same bytes for whoever asks again."""

from datetime import datetime

from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refusal, insist
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.files import store
from lifang.core.files.issued import issued
from lifang.core.forms.fields import Paper as Upload
from lifang.core.i18n import Text
from lifang.core.ids import new_id
from lifang.core.pay.adapters import ADAPTERS
from lifang.core.pay.models import PayOrder
from lifang.core.pay.rules import yuan
from lifang.core.pay.terms import OrderState
from lifang.core.site import site
from lifang.living.actions.metering import one_by_one
from lifang.living.catalogue import ITEMS
from lifang.living.models import Bill, ReceiptPaper
from lifang.living.terms import BILL
from lifang.orgs import selectors as orgs

PURPOSE = "living.receipt"
WORDS = {
    "title": Text(zh="缴费收据", en="Receipt of payment"),
    "number": Text(zh="收据编号", en="Number"),
    "payee": Text(zh="收款单位", en="Received by"),
    "amount": Text(zh="实收金额（元）", en="Amount (yuan)"),
    "paid": Text(zh="付款时间", en="On"),
    "way": Text(zh="付款方式", en="Way"),
    "address": Text(zh="地址", en="Dwelling"),
    "bill": Text(zh="账单", en="Bill"),
    "lines": Text(zh="收费项目", en="What is charged"),
    "stand_in": Text(zh="（模拟，未发生真实资金流动）", en=" (stand-in, no money moved)"),
    "hint": Text(
        zh="扫码可核验真伪；在核验页上传本文件，改动过一个字也能查出。",
        en="Scan to verify; upload this file there and any change is found.",
    ),
}


@action(
    "living.issue_receipt", beyond=True
)  # a household sees no books; a rule says whose payment it is
def issue_receipt(*, actor: Actor, order: PayOrder, address: str, at: datetime) -> ReceiptPaper:
    """For whoever paid and for the company; `address` is the page that verifies it."""
    with behind(SYSTEM):
        owner = order.book.owner
    insist(
        None if order.state == OrderState.PAID and order.purpose == BILL else Refusal("not_found"),
        None if actor.holder == order.payer != "" or owner in actor.units else Refusal("not_found"),
    )
    one_by_one(f"living.receipt:{order.number}")
    known = ReceiptPaper.objects.filter(number=order.number).first()
    if known is not None:
        return known
    bill = Bill.objects.get(pk=order.subject)
    paper = issued(_told(order, bill, at), address, PURPOSE)
    # No area: who works there is not shown what a household paid.
    row = ReceiptPaper(
        number=order.number, bill=bill, sha256=paper.sha256, signature=paper.stamp.mark, key=paper.stamp.key, made_at=at, area="",
        holders=sorted({owner, *([order.payer] if order.payer else [])}), file=new_id(),
    )  # fmt: skip
    row.save(force_insert=True)
    name = f"{order.number}.pdf"
    row.file = store.take_in_paper(Upload(name, paper.pdf), name=name, subject=row, actor=actor, at=at).pk  # fmt: skip
    row.save(update_fields=["file"])
    return row


def _told(order: PayOrder, bill: Bill, at: datetime) -> dict[str, object]:
    """In Chinese, the title in English beside: it goes to offices."""
    way = ADAPTERS[order.way]
    words = {key: one.zh for key, one in WORDS.items()}
    lines = "; ".join(f"{ITEMS[one.item].name.zh if one.item in ITEMS else one.item} {yuan(one.amount)}" for one in bill.lines.all())  # fmt: skip
    paid = localtime(order.paid_at) if order.paid_at else localtime(at)
    unit = orgs.unit(SYSTEM, bill.unit_id)
    rows = [
        [words["number"], order.number],
        [words["payee"], order.payee_zh],
        [words["amount"], yuan(order.amount)],
        [words["paid"], f"{paid:%Y-%m-%d %H:%M}"],
        [words["way"], f"{way.name.zh}{words['stand_in'] if way.local else ''}"],
        [words["address"], bill.address],
        [words["bill"], f"{bill.number} ({bill.month})"],
        [words["lines"], lines],
    ]
    return {
        "number": order.number, "office": str(site().name), "title": words["title"], "title_en": WORDS["title"].en, "rows": rows,
        "issuer": unit.name.zh, "issued": f"{localtime(at):%Y-%m-%d}", "hint": words["hint"],
    }  # fmt: skip
