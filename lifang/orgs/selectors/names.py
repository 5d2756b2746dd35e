"""Names of places and lists for choices, remembered in each process until a division or unit changes."""

import time
from collections.abc import Iterable
from threading import Lock
from typing import Any

from django.db import connection
from django.utils.translation import get_language

from lifang.core.geo.divisions import Level
from lifang.core.i18n import Text

RECHECK_SECONDS = 1.0
MOST_LISTS = 2000
_NAMES = """
SELECT code, name, name_en FROM orgs_division
WHERE code = ANY(%s) OR code ^@ ANY(%s)
"""

_CODES = """
SELECT code FROM orgs_division
WHERE valid_to IS NULL AND level = %s AND code ^@ %s ORDER BY code
"""
_UNITS = """
SELECT id, name_zh, name_en FROM orgs_unit
WHERE closed IS NULL AND area ^@ %s ORDER BY area, kind, id
"""
_ENDS = tuple(int(level) for level in Level if level > Level.PROVINCE)
Names = tuple[str, str]  # Chinese, English or ""


class _Book:
    """Names by code for the counties asked for so far."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.token: object = None
        self.checked = 0.0
        self.names: dict[str, Names] = {}
        self.read: set[str] = set()
        self.lists: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}

    def revision(self) -> object:
        """The token of the present divisions, asked of the database at most once a second."""
        now = time.monotonic()
        if self.token is None or now - self.checked > RECHECK_SECONDS:
            token = next(iter(_aside("SELECT token FROM orgs_revision WHERE id = 1")), None)
            if token != self.token or token is None:
                self.names, self.read, self.lists, self.token = {}, set(), {}, token
            self.checked = now
        return self.token

    def known(self, codes: Iterable[str]) -> dict[str, Names]:
        with self.lock:
            self.revision()
            wanted = {code[: Level.COUNTY] for code in codes if len(code) >= Level.CITY} - self.read
            if wanted:
                self._load(wanted)
            return self.names

    def listed(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a list that hangs on divisions and units alone."""
        with self.lock:
            self.revision()
            found = self.lists.get((sql, *values))
            if found is None:
                if len(self.lists) >= MOST_LISTS:
                    self.lists.clear()
                found = self.lists[sql, *values] = _aside(sql, list(values))
            return found

    def _load(self, roots: set[str]) -> None:
        """Whole counties at once: a list of thirty places costs what a list of one costs."""
        wider = [root[: Level.CITY] for root in roots]
        for code, zh, en in _aside(_NAMES, [wider, list(roots)]):
            self.names[code] = (zh, en)
        self.read |= roots


def _aside(sql: str, values: list[object] | None = None) -> list[tuple[Any, ...]]:
    """Rows of a query that is not counted among a page's own: when it runs depends on the clock, not on the page."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql, values or [])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


_book = _Book()


def forget() -> None:
    """Ask the database again at the next use; whoever changes divisions or units calls it."""
    _book.token = None


def revision() -> str:
    """Changes when any division or unit changes: the version of maps and names."""
    with _book.lock:
        return str(_book.revision())


def codes_inside(area: str, level: int) -> list[str]:
    """Divisions of today of a level inside an area, in the order of their codes."""
    return [code for (code,) in _book.listed(_CODES, level, area)]


def units_inside(area: str) -> list[tuple[Any, Text]]:
    """Open units whose service area lies inside an area: id and name, in the order in which lists show them."""
    return [(pk, Text(zh=zh, en=en)) for pk, zh, en in _book.listed(_UNITS, area)]


def place_name(area: str, depth: int = 3) -> str:
    """ "大街街道 和平社区 第3网格": the last `depth` levels of an area, in the reader's language."""
    known = _book.known([area])
    return _said(area, depth, known)


def names_of(areas: Iterable[str], depth: int = 3) -> dict[str, str]:
    """Many at once."""
    areas = list(areas)
    known = _book.known(areas)
    return {area: _said(area, depth, known) for area in areas}


def _said(area: str, depth: int, known: dict[str, Names]) -> str:
    english = (get_language() or "zh").startswith("en")
    path = [known[area[:end]] for end in _ENDS if end <= len(area) and area[:end] in known]
    parts = [(en if english and en else zh) for zh, en in path[-depth:]]
    return ", ".join(reversed(parts)) if english else " ".join(parts)
