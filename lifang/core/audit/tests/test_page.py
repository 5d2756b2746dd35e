"""The log at the audit administrator's desk."""

import json

import pytest
from django.test import Client

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.capabilities import of_post
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.accounts.tests.make import AT, make_account, make_admin, make_grant
from lifang.core.audit import actions, jobs, selectors, verifier
from lifang.core.audit.models import Anchor, Entry
from lifang.core.audit.tests.make import make_lines
from lifang.core.notify.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    return make_admin("aud.li", "audit_admin")


def desk(account) -> Client:
    client = Client()
    client.force_login(account)
    client.cookies["django_language"] = "en"
    return client


def text(response) -> str:
    return response.content.decode()


def test_the_audit_administrator_reads_and_others_do_not(auditor):
    make_lines(3)
    assert "cases.accept" in text(desk(auditor).get("/desk/log"))
    for post in ("system_admin", "security_admin"):
        other = make_admin(f"other.{post.replace('_', '')}", post)
        for address in ("/desk/log", "/desk/log/export", "/desk/log/anchors/1"):
            assert desk(other).get(address).status_code == 403
        assert desk(other).post("/desk/log/verification").status_code == 403
        assert desk(other).post("/desk/log/anchors").status_code == 403
    assert Client().get("/desk/log").url.startswith("/sign-in?")


def test_verifying_says_what_was_found_and_leaves_a_line(auditor):
    make_lines(3)
    page = text(desk(auditor).post("/desk/log/verification", {"told": ""}))
    assert "The log is whole" in page
    line = Entry.objects.get(action="audit.verify")
    assert (line.account, line.outcome) == (auditor.pk, "done")


def test_what_was_told_may_be_typed_in(auditor):
    make_lines(3)
    digest = bytes(Entry.objects.get(seq=2).digest).hex()
    client = desk(auditor)
    assert "The log is whole" in text(
        client.post("/desk/log/verification", {"told": f"2: {digest}"})
    )
    assert "was tampered with" in text(
        client.post("/desk/log/verification", {"told": f"1 {digest}"})
    )
    assert "64 letters" in text(client.post("/desk/log/verification", {"told": "rubbish"}))


def test_an_anchor_is_printed_with_its_digest(auditor):
    make_lines(3)
    client = desk(auditor)
    made = client.post("/desk/log/anchors")
    anchor = Anchor.objects.get()
    assert made.url == f"/desk/log/anchors/{anchor.pk}"
    assert f"--told 3:{bytes(anchor.digest).hex()}" in text(client.get(made.url))
    assert client.get("/desk/log/anchors/999").status_code == 404


def test_the_log_is_filtered_and_searched(auditor):
    make_lines(3)
    client = desk(auditor)
    assert client.get("/desk/log?outcome=refused").context["table"].page.rows == []
    subject = Entry.objects.get(seq=2).subject

    def found(words):
        answer = client.post("/desk/log", {"q": words}, follow=True)
        return [row.seq for row in answer.context["table"].page.rows]

    assert found(str(subject)) == [2]
    assert found("cases.") == [3, 2, 1]


def test_the_export_satisfies_the_checker(auditor):
    make_lines(5)
    response = desk(auditor).get("/desk/log/export")
    lines = [
        json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()
    ]
    assert verifier.check(lines) == []


def test_the_audit_administrator_writes_nothing_but_their_own_evidence():
    assert of_post("audit_admin") == {
        "audit.see",
        "audit.verify",
        "audit.anchor",
        "access.see_grants",
        "access.see_sights",
        "retention.see",
    }


def test_nobody_else_verifies_or_anchors():
    worker = make_account()
    make_grant(worker, "grid_worker")
    actor = actor_of(worker.pk, AT)
    for act in (actions.verify, actions.anchor):
        with pytest.raises(Refused):
            act(actor=actor, at=AT)
    with pytest.raises(Refused):
        selectors.entries(actor)
    assert [(line.action, line.outcome) for line in Entry.objects.order_by("seq")] == [
        ("audit.verify", "refused"),
        ("audit.anchor", "refused"),
    ]


def test_every_night_the_end_of_the_log_is_kept():
    make_lines(3)
    jobs.anchor_daily.run(at=AT)
    assert [(anchor.seq, anchor.told_to, anchor.at) for anchor in Anchor.objects.all()] == [
        (3, "print", AT)
    ]


def test_a_witness_is_told_by_mail():
    make_lines(3)
    anchor = actions.anchor(actor=SYSTEM, at=AT, told_to="witness@example.org")
    with behind(SYSTEM):
        message = Message.objects.get(template="audit.anchor")
    assert message.facts["digest"] == bytes(anchor.digest).hex()
    assert message.address == "witness@example.org"
