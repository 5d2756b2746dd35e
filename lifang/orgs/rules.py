"""What may be: pure functions over what was asked and what is known."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lifang.core.access import Actor, Refusal, Refused
from lifang.core.crypto.numbers import credit_fault
from lifang.core.geo.coverage import Coverage, coverage
from lifang.core.geo.divisions import Level, ancestors, padded, unpadded
from lifang.core.geo.shapes import Area
from lifang.core.i18n import Text, text
from lifang.orgs.catalogue import COLUMNS, MATTER, DutyLine, PostKind
from lifang.orgs.terms import LEVELS, UNIT_LEVEL, DivisionKind, Role

# Borders are drawn by hand and by different offices: this much may stick out of the parent, or lie double.
TOLERANCE_M2 = 50.0
_FORMULA = ("=", "+", "-", "@")  # a spreadsheet would calculate these


def allowed(actor: Actor, capability: str, area: str) -> Refusal | None:
    """The capability in this very area: an empty area is everywhere, not "any grant will do"."""
    return None if actor.may(capability, area) else Refusal("not_allowed")


def kind_of(code: str) -> DivisionKind:
    """What the digits of a code say about its kind (the seventh for streets, the tenth for communities)."""
    if len(code) == Level.STREET:
        return _STREETS.get(code[6], DivisionKind.SPECIAL)
    if len(code) == Level.COMMUNITY:
        return DivisionKind.VILLAGE if code[9] in "23" else DivisionKind.URBAN_COMMUNITY
    return DivisionKind.BASIC if len(code) == Level.GRID else DivisionKind.NONE


_STREETS = {
    "0": DivisionKind.STREET,
    "1": DivisionKind.TOWN,
    "2": DivisionKind.TOWNSHIP,
    "3": DivisionKind.TOWNSHIP,
}

_KINDS = {
    Level.STREET: {
        DivisionKind.STREET,
        DivisionKind.TOWN,
        DivisionKind.TOWNSHIP,
        DivisionKind.SPECIAL,
    },
    Level.COMMUNITY: {DivisionKind.URBAN_COMMUNITY, DivisionKind.VILLAGE},
    Level.GRID: {DivisionKind.BASIC, DivisionKind.DEDICATED},
}


def fits(code: str, parent: str | None, kind: str) -> Refusal | None:
    """A code belongs under its parent by its digits, and its kind belongs to its level."""
    if len(code) not in LEVELS or not (code.isascii() and code.isdigit()):
        return Refusal("division_code", {"code": code[:20], "field": "code"})
    if code.endswith("000" if len(code) > Level.COUNTY else "00"):
        return Refusal("division_code", {"code": code, "field": "code"})
    if len(code) > Level.COUNTY and (parent is None or not code.startswith(parent)):
        return Refusal("division_orphan", {"code": code, "field": "code"})
    if kind not in _KINDS.get(Level(len(code)), {DivisionKind.NONE}):
        return Refusal("division_kind", {"kind": kind[:20], "field": "kind"})
    return None


class Drawn(NamedTuple):
    """An area with an outline, and the code of the area it is a part of."""

    name: str
    parent: str
    shape: Area


def may_stand(known: Mapping[str, Drawn], new: Set[str]) -> Refusal | None:
    """New outlines among those that stand around them: nothing lies in two siblings or outside what holds it.

    The refusal's fact `code` names the new outline at fault.
    """
    parts: dict[str, dict[str, Area]] = {}
    for code, drawn in known.items():
        parts.setdefault(drawn.parent, {})[code] = drawn.shape
    for group in sorted({known[code].parent for code in new} | new):
        siblings = parts.get(group, {})
        if len(new) == 1 and group not in new:
            mine = known[next(iter(new))].shape
            siblings = {code: shape for code, shape in siblings.items() if shape.intersects(mine)}
        around = next((code for code in _outward(group) if code in known), None)
        fit = coverage(siblings, known[around].shape if around else None)
        refusal = _double(fit, known, new) or _outside(fit, known, new, around)
        if refusal is not None:
            return refusal
    return None


def _outward(code: str) -> list[str]:
    return [code, *reversed(ancestors(code))] if code else []


def _double(fit: Coverage, known: Mapping[str, Drawn], new: Set[str]) -> Refusal | None:
    over: dict[str, dict[str, float]] = {}
    for patch in fit.overlaps:
        mine = next((code for code in patch.codes if code in new), None)
        if mine is not None:
            other = next(code for code in patch.codes if code != mine)
            sizes = over.setdefault(mine, {})
            sizes[other] = sizes.get(other, 0.0) + patch.square_metres
    for mine, sizes in sorted(over.items()):
        large = {code: size for code, size in sizes.items() if size > TOLERANCE_M2}
        if large:
            facts = {"code": mine, "codes": sorted(large), **_told(large, known)}
            return Refusal("division_overlaps", facts)
    return None


def _outside(
    fit: Coverage, known: Mapping[str, Drawn], new: Set[str], around: str | None
) -> Refusal | None:
    lost: dict[str, float] = {}
    for patch in fit.outside:
        lost[patch.codes[0]] = lost.get(patch.codes[0], 0.0) + patch.square_metres
    large = {code: size for code, size in lost.items() if size > TOLERANCE_M2}
    mine = min((code for code in large if code in new), default=None)
    if mine is not None and around is not None:
        facts = {"code": mine, "name": known[around].name, "square_metres": round(large[mine])}
        return Refusal("division_sticks_out", facts)
    if large and around in new:
        return Refusal("division_leaves_parts", {"code": around, **_told(large, known)})
    return None


def _told(sizes: Mapping[str, float], known: Mapping[str, Drawn]) -> dict[str, object]:
    names = "、".join(known[code].name for code in sorted(sizes))
    return {"names": names, "square_metres": round(sum(sizes.values()))}


def may_retire(parts: int, postings: int, units: int) -> Refusal | None:
    """An area goes last: first what stands in it."""
    if parts or postings or units:
        return Refusal("division_in_use", {"parts": parts, "postings": postings, "units": units})
    return None


def may_succeed(code: str, successor: str, abolished: bool) -> Refusal | None:
    """Another living area of the same level takes over."""
    if successor == code or abolished or len(successor) != len(code):
        return Refusal("division_successor", {"field": "successor"})
    return None


def good_credit_code(code: str) -> Refusal | None:
    """GB 32100, when one is given."""
    fault = credit_fault(code) if code else None
    return Refusal("credit_code", {"fault": fault, "field": "credit_code"}) if fault else None


def good_matter(matter: str) -> Refusal | None:
    """Five digits, or the two of a major."""
    return None if MATTER.fullmatch(matter) else Refusal("matter_code", {"matter": matter[:20]})


def may_post(
    key: str, post: PostKind | None, area: str, in_unit: bool, at: datetime, until: datetime | None
) -> Refusal | None:
    """The post exists, stands at this level, and ends after it begins."""
    if post is None:
        return Refusal("post_unknown", {"post": key[:40], "field": "post"})
    if until is not None and until <= at:
        return Refusal("posting_ends_before_start", {"field": "until"})
    if UNIT_LEVEL in post.level:
        return (
            None
            if in_unit
            else Refusal("post_needs_unit", {"post": str(post.name), "field": "unit"})
        )
    level = LEVELS.get(Level(len(area)) if len(area) in LEVELS else Level.CITY)
    if level is None or level[0] not in post.level or len(area) not in LEVELS:
        wanted = "、".join(str(name) for key, name in LEVELS.values() if key in post.level)
        facts = {"post": str(post.name), "levels": wanted, "field": "area"}
        return Refusal("post_wrong_level", facts)
    return None


def may_hold(kind: str, closed: bool) -> Refusal | None:
    """Posts are for open accounts of staff."""
    if closed:
        return Refusal("account_closed", {"field": "account"})
    return None if kind == "staff" else Refusal("account_not_staff", {"field": "account"})


DEPUTY_DAYS = 92
ROSTER_BACK, ROSTER_AHEAD = 7, 366


def deputy_span(since: datetime, until: datetime, at: datetime) -> Refusal | None:
    """Some days, not for ever: whoever stays longer is posted."""
    if until > since and until > at and until - since <= timedelta(days=DEPUTY_DAYS):
        return None
    return Refusal("deputy_span", {"days": DEPUTY_DAYS, "field": "until"})


def keeps_roster(actor: Actor, area: str, holder: str) -> Refusal | None:
    """Of an area in one's sight, or of one's own unit."""
    near = holder in actor.units if holder else actor.scope.covers(area)
    may = actor.may("orgs.set_roster", area)
    return None if may and (near or actor.scope.everywhere) else Refusal("not_allowed")


def watch_day(day: date, at: datetime) -> Refusal | None:
    """Within a year ahead; a mistyped year is no roster."""
    if -ROSTER_BACK <= (day - at.date()).days <= ROSTER_AHEAD:
        return None
    return Refusal("watch_day", {"before": ROSTER_BACK, "after": ROSTER_AHEAD, "field": "day"})


_LOGIN = re.compile(r"[A-Za-z0-9_.@-]{3,64}")


def good_person(login: str, name: str, telephone: str) -> Refusal | None:
    """A login of letters and figures, a name, and perhaps a telephone number."""
    if not _LOGIN.fullmatch(login):
        return Refusal("login_shape", {"login": login[:40], "field": "login"})
    if not name.strip() or len(name) > 80 or name.lstrip().startswith(_FORMULA):
        return Refusal("person_name", {"field": "name"})
    if telephone and (set(telephone) - set("0123456789 +-") or len(telephone) > 20):
        return Refusal("person_telephone", {"field": "telephone"})
    return None


def may_answer(serves: str, area: str, closed: bool) -> Refusal | None:
    """An open unit that serves the whole area, or a part of it, or works next door in the same county."""
    if closed:
        return Refusal("unit_closed", {"field": "unit"})
    county = int(Level.COUNTY)
    same = serves.startswith(area[:county]) or area.startswith(serves)
    return None if same else Refusal("unit_elsewhere", {"field": "unit"})


class Word(NamedTuple):
    """A county's or street's own line."""

    matter: str
    area: str
    role: str
    unit: object
    note: str


def own_leads(words: Sequence[Word]) -> list[Word]:
    """The words on who leads, the most exact first: the matter before its major, then the street before the county."""
    leads = [word for word in words if word.role == Role.LEAD]
    return sorted(leads, key=lambda word: (-len(word.matter), -len(word.area)))


def default_lines(lines: Iterable[DutyLine], matter: str, role: str) -> list[DutyLine]:
    """The lines of duties.yaml that name the matter, the most exact first, in file order."""
    found = [line for line in lines if line.role == role and line.match(matter)]
    return sorted(found, key=lambda line: -line.match(matter))


def with_reach(reason: Text, place: str) -> Text:
    """A default line's reason, and where its unit serves."""
    return text(
        f"{reason.zh}；就近由{place}的单位承担",
        f"{reason.en}; the nearest such unit serves {place}",
    )


class Planned(NamedTuple):
    """What an import would do with one row."""

    code: str
    name: str
    name_en: str
    kind: str


def plan_import(
    rows: Iterable[Mapping[str, str]], root: str
) -> tuple[dict[str, Planned], list[tuple[int, Refusal]]]:
    """Rows by code, and the faults by row number (from 1)."""
    planned: dict[str, Planned] = {}
    faults: list[tuple[int, Refusal]] = []
    for number, row in enumerate(rows, 1):
        given = str(row.get("code") or "").strip()
        name = str(row.get("name") or "").strip()
        try:
            # Older grid lists have two digits after the community (CJ/T 213).
            code = unpadded(f"{given[:12]}0{given[12:]}" if len(given) == 14 else given)
        except ValueError:
            faults.append((number, Refusal("division_code", {"code": given[:20]})))
            continue
        kind = str(row.get("kind") or "").strip() or kind_of(code)
        around = ancestors(code)
        refusal = _row_fault(code, name, root) or fits(code, around[-1] if around else None, kind)
        if refusal is None and code in planned and planned[code].name != name:
            refusal = Refusal("division_twice", {"code": padded(code)})
        if refusal is not None:
            faults.append((number, refusal))
            continue
        planned[code] = Planned(code, name, str(row.get("name_en") or "").strip()[:120], kind)
    return planned, faults


def _row_fault(code: str, name: str, root: str) -> Refusal | None:
    if not name or len(name) > 80 or name.startswith(_FORMULA):
        return Refusal("division_name", {"code": code, "field": "name"})
    if not (code.startswith(root) or root.startswith(code)):
        return Refusal("division_elsewhere", {"code": code, "root": root})
    return None


def rows_of(cells: Sequence[Sequence[str]], needed: Sequence[str] = ()) -> list[dict[str, str]]:
    """Rows of a list by field, columns in any order. Raises `Refused` when columns or rows are missing."""
    head, *lines = cells or [[]]
    known = {written: column.key for column in COLUMNS for written in column.written}
    fields = [known.get(title.strip().lower().strip("*"), "") for title in head]
    missing = [name for name in needed if name not in fields]
    if missing:
        raise Refused(
            "list_columns",
            names=", ".join(str(COLUMNS[name].name) for name in missing),
            field="file",
        )
    rows = [
        {field: value for field, value in zip(fields, line, strict=False) if field}
        for line in lines
        if any(line)
    ]
    if not rows:
        raise Refused("list_empty", field="file")
    return rows
