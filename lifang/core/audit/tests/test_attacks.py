"""The log against the application, the owner, and a superuser with the triggers off."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import close_old_connections, connection, connections

from lifang.core.access import SYSTEM
from lifang.core.audit import actions, export, verifier
from lifang.core.audit.chain import canonical, chained
from lifang.core.audit.log import append, line_of, verify
from lifang.core.audit.models import Anchor, Entry
from lifang.core.audit.tests.make import AT, make_line, make_lines

APP, OWNER, SUPERUSER = "lifang_app", "lifang_owner", "lifang"
TABLES = ("audit_entry", "audit_anchor", "audit_head")


@pytest.fixture
def log(real_db) -> Iterator[psycopg.Connection]:
    """Twenty lines and an anchor, and the hand of a superuser whom no trigger stops."""
    make_lines(20)
    actions.anchor(actor=SYSTEM, at=AT)
    database = connection.settings_dict["NAME"]
    with psycopg.connect(real_db.url(SUPERUSER, database), autocommit=True) as hand:
        hand.execute("SET session_replication_role = replica")
        yield hand


def checker() -> list[str]:
    return verifier.check(json.loads(line) for line in export.lines())


@pytest.mark.parametrize("role", [APP, OWNER])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "act",
    [
        "DELETE FROM {table}",
        "TRUNCATE {table}",
        "TRUNCATE {table} CASCADE",
        "UPDATE {table} SET digest = digest || '\\x00'::bytea, seq = seq + 1000",
        "UPDATE {table} SET seq = seq - 1",
    ],
)
def test_neither_application_nor_owner_changes_the_log(log, real_db, role, table, act):
    before = log.execute(f"SELECT count(*), sum(seq) FROM {table}").fetchone()
    database = connection.settings_dict["NAME"]
    with (
        psycopg.connect(real_db.url(role, database), autocommit=True) as other,
        pytest.raises((psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege)),
    ):
        other.execute(act.format(table=table))
    assert log.execute(f"SELECT count(*), sum(seq) FROM {table}").fetchone() == before
    assert verify().whole


@pytest.mark.parametrize(
    "act",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TABLE audit_entry",
        "DROP TRIGGER audit_entry_rows ON audit_entry",
        "SET session_replication_role = replica",
        "SET ROLE lifang_owner",
        "ALTER TABLE audit_entry OWNER TO lifang_app",
    ],
)
def test_the_application_cannot_take_the_guard_away(log, real_db, act):
    database = connection.settings_dict["NAME"]
    with (
        psycopg.connect(real_db.url(APP, database), autocommit=True) as other,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute(act)


@pytest.mark.covers("S0-90")
def test_a_whole_log_is_whole(log):
    verdict = verify()
    assert (verdict.whole, verdict.lines, verdict.anchors) == (True, 21, 1)
    assert checker() == []


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'other'",
        "at = at + interval '1 microsecond'",
        "account = gen_random_uuid()",
        "account = NULL",
        "changes = '{}'",
        "changes = changes || '{\"x\": 1}'",
        "outcome = 'refused'",
        "subject = ''",
        "area = '990102'",
        "action = 'cases.close'",
        "kind = 'system'",
        "subject_type = ''",
        "digest = sha256('x')",
        "previous = sha256('x')",
        "algorithm = 'sm3'",
    ],
)
def test_any_changed_fact_is_found_at_its_line(log, change):
    log.execute(f"UPDATE audit_entry SET {change} WHERE seq = 7")
    assert 7 in verify().broken
    assert any("line 7 " in sentence for sentence in checker())


def test_a_deleted_line_is_found(log):
    log.execute("DELETE FROM audit_entry WHERE seq = 7")
    assert verify().broken == [8]
    assert checker()


def test_a_deleted_first_line_is_found(log):
    log.execute("DELETE FROM audit_entry WHERE seq = 1")
    assert verify().broken == [2]
    assert checker()


def test_a_line_put_in_between_is_found(log):
    log.execute("UPDATE audit_entry SET seq = seq + 1000 WHERE seq > 7")
    log.execute("UPDATE audit_entry SET seq = seq - 999 WHERE seq > 1000")
    log.execute(
        "INSERT INTO audit_entry SELECT 8, at, account, kind, action, outcome, subject_type, subject, area, reason,"
        " changes, algorithm, previous, sha256('forged') FROM audit_entry WHERE seq = 7"
    )
    verdict = verify()
    assert 8 in verdict.broken
    assert not verdict.tail_matches
    assert checker()


def test_a_line_put_at_the_end_is_found(log):
    log.execute(
        "INSERT INTO audit_entry SELECT 22, at, account, kind, action, outcome, subject_type, subject, area, reason,"
        " changes, algorithm, digest, sha256('forged') FROM audit_entry WHERE seq = 21"
    )
    assert not verify().tail_matches


def test_two_lines_that_changed_places_are_found(log):
    log.execute("UPDATE audit_entry SET seq = -7 WHERE seq = 7")
    log.execute("UPDATE audit_entry SET seq = 7 WHERE seq = 8")
    log.execute("UPDATE audit_entry SET seq = 8 WHERE seq = -7")
    assert {7, 8} <= set(verify().broken)
    assert checker()


def test_a_cut_tail_is_found_by_the_head(log):
    log.execute("DELETE FROM audit_entry WHERE seq > 15")
    verdict = verify()
    assert (verdict.broken, verdict.tail_matches) == ([], False)
    assert checker()


def test_a_cut_tail_with_its_head_moved_back_is_found_by_the_anchor(log):
    log.execute("DELETE FROM audit_entry WHERE seq > 15")
    log.execute(
        "UPDATE audit_head SET (seq, digest) = (SELECT seq, digest FROM audit_entry WHERE seq = 15)"
    )
    verdict = verify()
    assert (verdict.broken, verdict.tail_matches, verdict.anchors_match) == ([], True, False)


def _rewrite_from(hand: psycopg.Connection, first: int) -> None:
    """Change a line and chain everything after it anew, head and all: it follows perfectly."""
    hand.execute("UPDATE audit_entry SET outcome = 'refused' WHERE seq = %s", [first])
    before = bytes(Entry.objects.get(seq=first - 1).digest)
    for entry in Entry.objects.filter(seq__gte=first).order_by("seq"):
        digest = chained(entry.algorithm, before, canonical(entry.seq, line_of(entry)))
        hand.execute(
            "UPDATE audit_entry SET previous = %s, digest = %s WHERE seq = %s",
            [before, digest, entry.seq],
        )
        before = digest
    hand.execute("UPDATE audit_head SET digest = %s", [before])


def test_a_rewrite_of_everything_after_a_line_is_found_by_the_anchor(log):
    _rewrite_from(log, 12)
    verdict = verify()
    assert (verdict.broken, verdict.tail_matches, verdict.anchors_match) == ([], True, False)
    assert checker() == ["line 20 is not the line that was told"]


def test_a_rewrite_of_log_and_anchors_is_found_by_who_was_told(log):
    told = [(anchor.seq, bytes(anchor.digest)) for anchor in Anchor.objects.all()]
    _rewrite_from(log, 12)
    log.execute(
        "UPDATE audit_anchor a SET digest = e.digest FROM audit_entry e WHERE e.seq = a.seq"
    )
    assert verify().whole  # nobody inside can know
    assert not verify(told).anchors_match
    lines = [json.loads(line) for line in export.lines()]
    assert verifier.check(lines, [(seq, digest.hex()) for seq, digest in told]) == [
        "line 20 is not the line that was told"
    ]


def test_an_old_copy_in_its_place_is_found_by_who_was_told(log):
    for table in TABLES:
        log.execute(f"CREATE TABLE old_{table} AS SELECT * FROM {table}")
    append([make_line(number) for number in range(5)])
    told = actions.anchor(actor=SYSTEM, at=AT)
    later = (told.seq, bytes(told.digest))
    for table in TABLES:
        log.execute(f"DELETE FROM {table}")
        log.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")
    assert verify().whole
    assert not verify([later]).anchors_match


def test_anchors_that_were_taken_away_are_missed_by_who_was_told(log):
    told = [(anchor.seq, bytes(anchor.digest)) for anchor in Anchor.objects.all()]
    log.execute("DELETE FROM audit_anchor")
    _rewrite_from(log, 12)
    assert verify().whole
    assert not verify(told).anchors_match


def test_the_checker_runs_alone(log, tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text("".join(export.lines()), "utf-8")
    ran = [sys.executable, "-I", verifier.__file__, str(file)]
    whole = subprocess.run(ran, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (whole.returncode, whole.stdout) == (0, "21 lines, whole\n")
    log.execute("UPDATE audit_entry SET reason = 'x' WHERE seq = 3")
    file.write_text("".join(export.lines()), "utf-8")
    broken = subprocess.run(ran, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (broken.returncode, broken.stdout) == (1, "line 3 was changed\n21 lines, 1 faults\n")


def test_parallel_acts_make_one_chain(real_db):
    def write(_):
        close_old_connections()
        try:
            for _ in range(20):
                append([make_line()])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert verify().whole
    assert Entry.objects.count() == 80
