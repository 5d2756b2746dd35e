"""Bodies that no reader of JSON should take: deep, doubled, endless, half."""

import itertools
import json
from collections.abc import Iterable, Iterator


def bodies() -> Iterator[bytes]:
    """Bodies that must be refused by whoever reads JSON."""
    for made in (_deep, _twice, _no_numbers, _no_text, _broken):
        yield from made()


def _around(inner: Iterable[str], frames: tuple[str, ...]) -> Iterator[bytes]:
    for text, frame in itertools.product(inner, frames):
        yield frame.replace("@", text).encode()


def _deep() -> Iterator[bytes]:
    for depth in (21, 50, 500, 5_000, 100_000):
        for start, end in (("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")):
            yield (start * depth + "1" + end * depth).encode()
            yield (start * depth).encode()


def _twice() -> Iterator[bytes]:
    for value in ("1", '"a"', "null", "[]", "{}"):
        for key in ("a", "", "state", "__proto__", "里", "\\u0061"):
            first = "a" if key == "\\u0061" else key
            yield f'{{"{first}":{value},"b":2,"{key}":{value}}}'.encode()
            yield f'[{{"x":{{"{first}":1,"{key}":{value}}}}}]'.encode()


def _no_numbers() -> Iterator[bytes]:
    words = [
        "NaN",
        "Infinity",
        "-Infinity",
        "nan",
        "undefined",
        "True",
        "None",
        "0x10",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "'a'",
        "--1",
        "1_0",
        "//",
        "/**/1",
    ]
    yield from _around(words, ("@", "[@]", '{"a":@}', '{"a":[1,@]}', '[1,{"b":@}]'))
    long_ones = ["9" * digits for digits in (20, 21, 40, 309, 4_301, 100_000)]
    beyond = ["9223372036854775808", "-9223372036854775809", "1e400", "-1e400", "1e99999999"]
    yield from _around([*long_ones, *(f"-{one}" for one in long_ones)], ("@", "[@]", '{"a":@}'))
    yield from _around(beyond, ("@", "[@]", '{"a":@}', '{"a":{"b":@}}'))


def _no_text() -> Iterator[bytes]:
    escapes = ("\\ud800", "\\udfff", "a\\ud83d", "\\ude00\\ud83d", "\\u0000", "a\\u0000b")
    yield from _around(escapes, ('"@"', '["@"]', '{"a":"@"}', '{"@":1}', '{"a":[{"b":"@"}]}'))
    for raw in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe9", b"\x80"):
        for frame in (b'"%s"', b'["%s"]', b'{"a":"%s"}', b"%s"):
            yield frame % raw
    for control in range(32):
        yield b'{"a":"%c"}' % control


def _broken() -> Iterator[bytes]:
    whole = {"title": "路灯不亮", "parts": [1, 2, {"a": None}], "ok": True}
    honest = json.dumps(whole, ensure_ascii=False)
    for cut in range(len(honest.encode())):
        yield honest.encode()[:cut]
    for tail in (b"{}", b"x", b"]", b"}", b",", b"\x00", b"1", b"//"):
        yield honest.encode() + tail
    for encoding in ("utf-16", "utf-16-le", "utf-32", "gb18030"):
        yield honest.encode(encoding)
    yield b"\xef\xbb\xbf" + honest.encode()
    yield b'"' + b"a" * 1_100_000 + b'"'
