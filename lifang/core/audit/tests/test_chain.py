"""The chain, the stand-alone checker, and what they agree on."""

import ast
import json
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from django.db import DataError, transaction
from hypothesis import given
from hypothesis import strategies as st

from lifang.core.audit import export, verifier
from lifang.core.audit.chain import Line, canonical, chained
from lifang.core.audit.log import append, line_of, verify
from lifang.core.audit.models import Entry
from lifang.core.audit.tests.make import AT, make_line, make_lines

TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=300))
def test_the_checkers_own_sm3_is_sm3(data):
    known = hashes.Hash(hashes.SM3())
    known.update(data)
    assert verifier.sm3(data) == known.finalize()


def test_sm3_gives_the_digest_of_the_standards_example():
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert verifier.sm3(b"abc").hex() == expected


@given(TEXT, st.dictionaries(TEXT, VALUES, max_size=4), st.integers(1, 2**62))
def test_the_checker_reads_a_line_to_the_same_bytes(text, changes, seq):
    line = make_line(reason=text, changes=changes)
    facts = json.loads(
        json.dumps({"seq": seq, **line._asdict(), "at": AT.isoformat(timespec="microseconds")})
    )
    assert verifier.canonical(
        {**facts, "algorithm": "x", "previous": "", "digest": ""}
    ) == canonical(seq, line)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_both_digest_alike(algorithm):
    own = {"sha256": verifier.sha256, "sm3": verifier.sm3}[algorithm]
    assert chained(algorithm, b"\1" * 32, b"content") == own(b"\1" * 32 + b"content")


def exported() -> list[dict]:
    return [json.loads(line) for line in export.lines()]


@pytest.mark.django_db
@pytest.mark.parametrize(("profile", "algorithm"), [("intl", "sha256"), ("gm", "sm3")])
def test_a_log_is_whole_for_us_and_for_the_checker(crypto_profile, profile, algorithm):
    crypto_profile(profile)
    make_lines(30)
    assert set(Entry.objects.values_list("algorithm", flat=True)) == {algorithm}
    verdict = verify()
    assert verdict.whole
    assert verdict.lines == 30
    assert verifier.check(exported()) == []


@pytest.mark.django_db
def test_a_log_that_changed_its_profile_is_one_chain(crypto_profile):
    make_lines(5)
    crypto_profile("gm")
    make_lines(5)
    assert verify().whole
    assert verifier.check(exported()) == []


@pytest.mark.django_db
def test_an_empty_log_is_whole():
    assert verify() == (0, [], True, True, 0)
    assert verifier.check(exported()) == []


ODD = ["", "里坊", "a'b\"c\\d", "%s %(x)s {}", "line\nline", "'); DROP TABLE audit_head; --"]


@pytest.mark.django_db
@pytest.mark.parametrize("account", [None, "01a224fa-4ada-7594-a5fc-4fe420deba07"])
def test_a_line_is_read_back_as_it_was_written_alone_and_among_others(account):
    lines = [
        Line(AT, account, "staff", "x.y", "done", "a.b", odd[:40], "990101", odd, {odd: [odd, 1.5, None, True, [odd]]})
        for odd in ODD
    ]  # fmt: skip
    for line in lines:
        append([line])
    append(lines)
    assert [line_of(entry) for entry in Entry.objects.order_by("seq")] == lines * 2
    assert verify().whole
    assert verifier.check(exported()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 2])
def test_a_zero_byte_is_refused_and_never_cut_off(many):
    line = Line(AT, None, "system", "x.y", "done", "", "a\0b", "", "", {})
    with pytest.raises((DataError, ValueError)), transaction.atomic():
        append([line] * many)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_what_was_told_is_compared():
    make_lines(10)
    entry = Entry.objects.get(seq=4)
    assert verify([(4, bytes(entry.digest))]).whole
    assert not verify([(4, b"\0" * 32)]).anchors_match
    assert not verify([(11, bytes(entry.digest))]).anchors_match
    assert verifier.check(exported(), [(4, bytes(entry.digest).hex())]) == []
    assert verifier.check(exported(), [(4, "00" * 32)]) == ["line 4 is not the line that was told"]


def test_the_checker_uses_nothing_but_python():
    tree = ast.parse(Path(verifier.__file__).read_text("utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_line_is_a_tuple_of_facts_without_names():
    assert Line._fields == (
        "at",
        "account",
        "kind",
        "action",
        "outcome",
        "subject_type",
        "subject",
        "area",
        "reason",
        "changes",
    )
