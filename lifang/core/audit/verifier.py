#!/usr/bin/env python3
"""Checks an exported log of lifang on any machine with Python 3.10 or later, and nothing else.

    python verifier.py log.jsonl --told 1204:3af0…

It shares no code with the platform, on purpose: whoever does not trust the one can read the other. A line's digest is
SHA-256 or SM3 (GB/T 32905) of the digest before it (32 zero bytes before the first) followed by the line as JSON: keys
sorted, no spaces, UTF-8, without algorithm, previous and digest. `--told` is what was told to you on some day: number
and digest. Only that finds a log that was rewritten whole, or an old copy in its place.
"""

import argparse
import hashlib
import json
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHAIN = ("algorithm", "previous", "digest")


def canonical(line: dict[str, Any]) -> bytes:
    """The bytes that a digest covers."""
    facts = {name: value for name, value in line.items() if name not in CHAIN}
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(lines: Iterable[dict[str, Any]], told: Iterable[tuple[int, str]] = ()) -> list[str]:
    """What is wrong, in sentences; nothing if all is well. `lines`: parsed JSON objects."""
    wrong: list[str] = []
    digests: dict[int, str] = {}
    before, expected = "00" * 32, 1
    head, anchors = None, list(told)
    for line in lines:
        if "head" in line:
            head = line["head"]
        elif "anchor" in line:
            anchors.append((line["anchor"]["seq"], line["anchor"]["digest"]))
        else:
            wrong += link(line, before, expected)
            before, expected = line["digest"], line["seq"] + 1
            digests[line["seq"]] = line["digest"]
    if head is None:
        wrong.append("the head is missing")
    elif (head["seq"], head["digest"]) != (expected - 1, before):
        wrong.append(f"the log ends at line {expected - 1}, the head says {head['seq']}")
    for seq, digest in anchors:
        if digests.get(seq, "") != digest.lower():
            wrong.append(f"line {seq} is not the line that was told")
    return wrong


def link(line: dict[str, Any], before: str, expected: int) -> list[str]:
    """What is wrong with one line after the line before it."""
    wrong: list[str] = []
    seq = line["seq"]
    if seq != expected:
        wrong.append(f"line {seq} stands where line {expected} should")
    if line["previous"] != before:
        wrong.append(f"line {seq} does not follow from the line before it")
    digest = {"sha256": sha256, "sm3": sm3}[line["algorithm"]]
    if digest(bytes.fromhex(line["previous"]) + canonical(line)).hex() != line["digest"]:
        wrong.append(f"line {seq} was changed")
    return wrong


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def sm3(data: bytes) -> bytes:
    """GB/T 32905-2016, from its text; Python's own library may lack it."""
    state = [
        0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600,
        0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
    ]  # fmt: skip
    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + struct.pack(">Q", 8 * len(data))
    for start in range(0, len(padded), 64):
        state = [
            old ^ new
            for old, new in zip(state, _compress(state, padded[start : start + 64]), strict=True)
        ]
    return struct.pack(">8I", *state)


def _turn(word: int, bits: int) -> int:
    bits %= 32
    return ((word << bits) | (word >> (32 - bits))) & 0xFFFFFFFF if bits else word


def _expand(block: bytes) -> list[int]:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    return words


def _compress(state: list[int], block: bytes) -> list[int]:
    words = _expand(block)
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < 16
        constant = _turn(0x79CC4519 if early else 0x7A879D8A, j)
        first = _turn((_turn(a, 12) + e + constant) & 0xFFFFFFFF, 7)
        second = first ^ _turn(a, 12)
        mix_a = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        mix_e = e ^ f ^ g if early else (e & f) | (~e & g)
        one = (mix_a + d + second + (words[j] ^ words[j + 4])) & 0xFFFFFFFF
        two = (mix_e + h + first + words[j]) & 0xFFFFFFFF
        a, b, c, d = one, a, _turn(b, 9), c
        e, f, g, h = two ^ _turn(two, 9) ^ _turn(two, 17), e, _turn(f, 19), g
    return [a, b, c, d, e, f, g, h]


def _told(text: str) -> tuple[int, str]:
    seq, _, digest = text.partition(":")
    return int(seq), digest


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported log of lifang.")
    parser.add_argument("file", help="the export, JSON lines")
    parser.add_argument("--told", type=_told, action="append", default=[], metavar="NUMBER:DIGEST")
    asked = parser.parse_args()
    with Path(asked.file).open(encoding="utf-8") as export:
        lines = [json.loads(line) for line in export]
    wrong = check(lines, asked.told)
    for sentence in wrong:
        sys.stdout.write(sentence + "\n")
    count = sum("seq" in line for line in lines)
    verdict = f"{len(wrong)} faults" if wrong else "whole"
    sys.stdout.write(f"{count} lines, {verdict}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
