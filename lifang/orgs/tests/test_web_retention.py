"""The pages of what is kept how long: numbers for administrators, rows without what they say, holds by four eyes."""

from datetime import date, timedelta
from itertools import count
from uuid import uuid4

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.jobs.testing import run_due
from lifang.core.notify.models import Message
from lifang.core.retention import actions
from lifang.core.retention.models import LegalHold, Run
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.django_db
LONG_AGO = MONDAY - timedelta(days=800)


def make_message(n: int = 0, area: str = places.GRID):
    with behind(SYSTEM):
        return Message.objects.create(
            recipient=f"account:{uuid4()}", channel="inbox", template="cases.accepted", area=area, state="sent",
            facts={"number": "secret-word"}, sent_at=LONG_AGO, asked_at=LONG_AGO, due_at=LONG_AGO,
        )  # fmt: skip


def body(response) -> str:
    assert response.status_code == 200, response.content.decode()[-1500:]
    return str(response.content.decode())


@pytest.mark.covers("S0-91")
@pytest.mark.parametrize("role", ["system_admin", "audit_admin", "county_leader"])
def test_the_dry_run_counts_what_goes_and_each_number_opens_its_rows_without_what_they_say(role):
    make_county()
    make_message()
    member = cast.CAST[role]()
    whole = body(member.get("orgs:retention", query={"due": "1"}))
    assert "/desk/retention/terms/notify.messages" in whole
    assert "/desk/retention/terms/notify.deliveries" not in whole
    rows = body(member.get("orgs:retention_term", "notify.messages"))
    assert "secret-word" not in rows
    assert (LONG_AGO + timedelta(hours=8)).strftime("%Y-%m-%d") in rows
    with behind(SYSTEM):
        assert Message.objects.count() == 1, "a dry run erases nothing"


def test_a_number_counts_only_where_the_post_is():
    make_county()
    make_message(area=places.AWAY_GRID)
    leader = cast.county_leader()
    assert "/desk/retention/terms/notify.messages" not in body(
        leader.get("orgs:retention", query={"due": "1"})
    )


def test_the_pages_cost_the_same_with_thirty_rows():
    make_county()
    admin = cast.system_admin()
    grows(make_message, lambda: admin.get("orgs:retention_term", "notify.messages"))
    leader = cast.county_leader()
    numbers = count(1)
    grows(lambda: make_hold(document=f"{next(numbers)}号"), lambda: leader.get("orgs:holds"))


def make_hold(setter=None, **more):
    setter = setter or cast.street_dispatcher()
    given = {"kind": "area", "area": places.COMMUNITY, "why": "诉讼", "document": "法1号", "until": date(2029, 1, 1), **more}  # fmt: skip
    return actions.set_hold(actor=setter.actor, at=MONDAY, **given)


@pytest.mark.covers("S0-91")
def test_a_run_asked_for_is_carried_out_and_told_term_by_term():
    make_county()
    make_message()
    admin = cast.system_admin()
    assert admin.post("orgs:retention_runs").status_code == 302
    run_due(MONDAY)
    with behind(SYSTEM):
        assert Message.objects.count() == 0
    run = Run.objects.get()
    assert (run.ended_at, run.asked_by_id) == (MONDAY, admin.id)
    whole = body(admin.get("orgs:retention_run", run.pk))
    assert "/desk/retention/terms/notify.messages" in whole
    assert Entry.objects.filter(action="retention.ask_run").count() == 1


def test_a_hold_is_set_seen_and_lifted_by_somebody_else_on_pages():
    make_county()
    one, other = cast.county_leader(), cast.street_dispatcher()
    given = {"area": f"{places.COMMUNITY} 名", "why": "行政复议", "document": "府复〔2026〕1号", "until": "2029-01-01"}  # fmt: skip
    assert one.post("orgs:new_hold", data=given).status_code == 302
    held = LegalHold.objects.get()
    assert (held.area, held.kind, held.subject, held.set_by_id) == (places.COMMUNITY, "area", None, one.id)  # fmt: skip
    assert "府复〔2026〕1号" in body(other.get("orgs:holds"))
    assert "lifting" not in body(one.get("orgs:hold", held.pk))
    assert "lifting" in body(other.get("orgs:hold", held.pk))
    refusal = one.post("orgs:hold_lifting", held.pk, data={"why": "结案"})
    assert refusal.status_code == 409
    assert "另一人" in refusal.content.decode()
    assert other.post("orgs:hold_lifting", held.pk, data={"why": "结案"}).status_code == 302
    held.refresh_from_db()
    assert (held.lifted_by_id, held.lifted_why) == (other.id, "结案")
    again = other.post("orgs:hold_lifting", held.pk, data={"why": "再解"})
    assert again.status_code == 409
    assert [*Entry.objects.filter(action__startswith="retention.").order_by("seq").values_list("action", "outcome")] == [
        ("retention.set_hold", "done"), ("retention.lift_hold", "refused"), ("retention.lift_hold", "done"), ("retention.lift_hold", "refused"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"why": " "}, "why"),
        ({"document": ""}, "document"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "2099-01-01"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"area": "12"}, ""),
        ({"area": "somewhere"}, "area"),
        ({"area": "990102"}, ""),  # another county
        ({"why": "长" * 301}, "why"),
        ({"document": "长" * 81}, "document"),
    ],
)
def test_a_hold_filled_in_wrongly_is_refused_where_it_is_wrong(given, said):
    make_county()
    leader = cast.county_leader()
    whole = {
        "area": places.COMMUNITY,
        "why": "诉讼",
        "document": "法1号",
        "until": "2029-01-01",
        **given,
    }
    answer = leader.post("orgs:new_hold", data=whole)
    assert answer.status_code in (403, 422), answer.status_code
    assert f"id_{said}-error" in answer.content.decode() or not said
    assert not LegalHold.objects.exists()


def test_hostile_words_are_kept_as_words_or_refused_and_break_nothing():
    make_county()
    leader = cast.county_leader()
    tried = sample(40, "holds")
    for one in tried:
        text = one.text
        given = {"area": places.COMMUNITY, "why": text, "document": text, "until": "2029-01-01"}
        assert leader.post("orgs:new_hold", data=given).status_code in (302, 400, 422), text
        for query in ({"kind": text, "subject": text}, {"kind": "person", "subject": text}):
            assert leader.get("orgs:new_hold", query=query).status_code in (200, 400, 404), text
        query = {"q": text, "sort": text, "page": text, "how": text}
        assert leader.get("orgs:holds", query=query, follow=True).status_code in (200, 400), text
        assert leader.post("orgs:holds", data=query, follow=True).status_code in (200, 400), text
        assert leader.get("orgs:retention", query=query).status_code in (200, 400, 404), text
    assert len(tried) > 30
    assert leader.get("/desk/retention/terms/nothing").status_code == 404


def test_a_hold_on_what_lies_elsewhere_is_refused_like_what_is_not_there():
    make_county()
    stranger = cast.stranger()
    with refused("not_allowed"):
        make_hold(setter=stranger)
    assert stranger.get("orgs:hold", make_hold().pk).status_code == 404
