"""Accounts and postings by spreadsheet: one form, read by the administrator who opens and by the one who posts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from lifang.core.access import Actor, Refused
from lifang.core.accounts.models import Account
from lifang.core.crypto import mask_telephone
from lifang.core.i18n import text
from lifang.core.sheets.declare import Column, Known, Row, Sheet, sheet
from lifang.core.sheets.terms import Kind
from lifang.orgs import actions, rules, selectors
from lifang.orgs.catalogue import COLUMNS, POSTS
from lifang.orgs.web import roster_sheet  # noqa: F401 -- declares itself

Choices = Mapping[str, str]


def _posts(actor: Actor, area: str) -> Choices:
    return {kind.key: str(kind.name) for kind in POSTS if kind.staff}


def _places(actor: Actor, area: str) -> Choices:
    """Areas by their codes, units by their names."""
    rows = selectors.divisions(actor, within=area[:6])
    units = [str(unit.name) for unit in selectors.units(actor, area=area[:6])]
    return {row.code: f"{row.code} {row.shown}" for row in rows} | {name: name for name in units}


def _column(key: str, **facts: object) -> Column:
    known = COLUMNS[key]
    return Column(key, known.name, others=tuple(known.others), **facts)  # type: ignore[arg-type]


LOGIN = _column(
    "login",
    kind=Kind.TEXT,
    required=True,
    most=64,
    note=text("3 至 64 位字母、数字、点、横线，全系统不重复。", "3 to 64 letters, figures, dots and dashes; used once."),
)  # fmt: skip
NAME = _column("name", required=True, most=80, note=text("真实姓名。", "The person's own name."))
TELEPHONE = _column(
    "telephone",
    kind=Kind.TELEPHONE,
    mask=mask_telephone,
    note=text("用于接收验证码，可不填。", "For codes by text message; may be left empty."),
)
POST = _column(
    "post", kind=Kind.CHOICE, choices=_posts,
    note=text("从列表中选择。由安全管理员用同一张表授予。", "Choose from the list; a security administrator gives it from the same sheet."),
)  # fmt: skip
PLACE = _column(
    "place", kind=Kind.CHOICE, choices=_places, width=36,
    note=text("任职的区划代码，或单位名称。", "The code of the area, or the name of the unit."),
)  # fmt: skip


def _passive(column: Column) -> Column:
    return replace(column, passive=True)


@contextmanager
def _of_row() -> Iterator[None]:
    """The list's actions name the row that was refused; here it is the row's own reason that counts."""
    try:
        yield
    except Refused as refused:
        if isinstance(refused.__cause__, Refused):
            raise refused.__cause__ from None
        raise


@sheet
class AccountSheet(Sheet):
    key = "orgs.accounts"
    name = text("批量开通账号", "Accounts by list")
    note = text(
        "每人一行。写入后可一次性下载初始密码，首次登录必须修改。岗位由安全管理员用同一张表授予。",
        "One row a person. The first passwords can be downloaded once and must be changed at the first sign-in. A security administrator gives the posts from the same sheet.",
    )
    capability = "orgs.open_accounts"
    columns = (LOGIN, NAME, TELEPHONE, _passive(POST), _passive(PLACE))
    natural = ("login",)
    hands_over = True
    back = "accounts:list"
    batch = 20  # hashing passwords is slow on purpose
    takes = ("orgs.postings",)

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        for row in rows:
            row.area = area
            login, name = row.values["login"], row.values.get("name", "")
            fault = rules.good_person(login, name or "-", row.values.get("telephone", ""))
            if fault is not None:
                row.wrong(fault.reason, str(fault.facts.get("field", "")), **fault.facts)

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        """A login that stands is left as it is; under another name it is somebody else's."""
        wanted = {row.values["login"].lower() for row in rows}
        found = Account.objects.filter(login__in=wanted, closed_at__isnull=True)
        accounts = {account.login: account for account in found}
        known = {}
        for row in rows:
            account = accounts.get(row.values["login"].lower())
            if account is not None:
                self._other(row, account)
                known[row.number] = Known(str(account.pk), row.values)
        return known

    def _other(self, row: Row, account: Account) -> None:
        if row.values.get("name", account.name) != account.name:
            row.wrong("login_taken", "login", login=row.values["login"])

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        wanted = [
            actions.OpenRow(
                row.values["login"], row.values["name"], row.values.get("telephone", "")
            )
            for row in rows
        ]
        with _of_row():
            opened = actions.open_accounts(actor=actor, rows=wanted, area=area, at=at)
        made = {one.account.login: one for one in opened}
        for row in rows:
            one = made[row.values["login"].lower()]
            row.target, row.secret = str(one.account.pk), one.password

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        targets = [row.target for row in rows]
        left = actions.close_unused(actor=actor, accounts=targets, area=area, at=at)
        return {row.number for row in rows if row.target in left}


@sheet
class PostingSheet(Sheet):
    key = "orgs.postings"
    name = text("批量任职", "Postings by list")
    note = text(
        "每人一行，账号须已开通。可直接使用系统管理员填好的同一张表。",
        "One row a person whose account is open. The sheet that the system administrator filled in will do.",
    )
    capability = "orgs.post_all"
    columns = (LOGIN, _passive(NAME), _passive(TELEPHONE), POST, PLACE)
    natural = ("login", "post", "place")
    back = "orgs:postings"
    takes = ("orgs.accounts",)

    def look(self, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> None:
        units = {str(unit.name): unit.area for unit in selectors.units(actor, area=area[:6])}
        logins = {row.values["login"].lower() for row in rows}
        open_ = Account.objects.filter(login__in=logins, closed_at__isnull=True)
        known = set(open_.values_list("login", flat=True))
        for row in rows:
            row.area = units.get(row.values["place"], row.values["place"])
            if row.values["login"].lower() not in known:
                row.wrong("login_unknown", "login", login=row.values["login"])

    def standing(
        self, actor: Actor, rows: Sequence[Row], area: str, at: datetime
    ) -> Mapping[int, Known]:
        logins = {row.values["login"].lower() for row in rows}
        found = {
            (held.account.login, held.post, place): held
            for held in selectors.postings(actor, at=at).filter(account__login__in=logins)
            for place in (held.area, *((str(held.unit.name),) if held.unit else ()))
        }
        known = {}
        for row in rows:
            key = (row.values["login"].lower(), row.values["post"], row.values["place"])
            if key in found:
                known[row.number] = Known(str(found[key].pk), row.values)
        return known

    def write(
        self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime, source: str
    ) -> None:
        wanted = [
            actions.PostRow(row.values["login"], row.values["post"], row.values["place"])
            for row in rows
        ]
        with _of_row():
            made = actions.post_all(actor=actor, rows=wanted, area=area, at=at)
        for row, posting in zip(rows, made, strict=True):
            row.target = str(posting.pk)

    def take_back(self, *, actor: Actor, rows: Sequence[Row], area: str, at: datetime) -> set[int]:
        left = set()
        for row in rows:
            held = selectors.postings(actor, at=at).filter(pk=row.target).first()
            if held is None:
                left.add(row.number)
            else:
                actions.end_posting(actor=actor, posting=held, at=at)
        return left
