"""Those who agreed to help are called to a case: seen before anything is sent, answered, counted, nobody ranked."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from lifang.cases.tests.make import closed, make_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.notify.models import Message
from lifang.core.testing import cast, places
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows, refused
from lifang.orgs.tests.make import make_county
from lifang.registry import actions, selectors
from lifang.registry.models import Called, CallUp, Tagging
from lifang.registry.tests.make import make_linked, make_person
from lifang.registry.tests.test_desk import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S2-03")]
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
THEN = NOW - timedelta(hours=6)
WORDS = "请到居委会集合，帮忙清积水"
SECRETS = ("欧一秘", "欧二秘", "欧三秘", "10012345678", "10012345679")


@pytest.fixture(autouse=True)
def _see_all():
    with behind(SYSTEM):
        make_county()
        yield


def agreed(person, *tags):
    for tag in tags:
        actions.tag(actor=SYSTEM, person=person, tag=tag, consented=True, at=THEN)
    return person


def helpers(resident):
    """With an account; by telephone alone; at the door alone; and three who are not to be listed."""
    found = [
        agreed(make_linked(resident, name="欧一秘", telephone="10012345678"), "volunteer", "first_aider"),
        agreed(make_person(name="欧二秘", telephone="10012345679"), "volunteer"),
        agreed(make_person(name="欧三秘"), "party_member"),
    ]  # fmt: skip
    agreed(make_person(name="远处人", area=places.FAR_GRID), "volunteer")
    agreed(make_person(name="司机人"), "driver")
    unasked = agreed(make_person(name="没同意"), "volunteer")
    Tagging.objects.filter(person=unasked).update(consented_at=None)
    return found


def sent(case, secretary, people, **more):
    return secretary.post(
        "cases:call_up", case.pk,
        data={"area": places.COMMUNITY, "skills": ["volunteer", "party_member"], "words": WORDS, "send": "1",
              "person": [str(one.pk) for one in people], **more},
    )  # fmt: skip


def call_of(person) -> Called:
    with behind(SYSTEM):  # a request leaves the sight of whoever asked
        return Called.objects.get(person_id=person.pk)


def test_helpers_are_seen_then_called_and_their_answers_are_counted_by_the_case():
    resident, other, secretary = cast.resident(), cast.resident(), cast.community_secretary()
    case, people = make_case(), helpers(resident)
    assert "召集帮手" in text_of(secretary.get("cases:case", case.pk))
    shown = secretary.post("cases:call_up", case.pk, data={"area": places.COMMUNITY, "skills": ["volunteer", "party_member"], "show": "1"})  # fmt: skip
    body = shown.content.decode()
    ticked = re.findall(r'name="person" value="([^"]+)"', body)
    assert sorted(ticked) == sorted(str(one.pk) for one in people)
    assert not [one for one in (*SECRETS, "远处", "司机", "没同意") if one in body]
    assert "100****5679" in body
    assert (Message.objects.filter(template__startswith="registry.call").count(), CallUp.objects.count()) == (0, 0)  # fmt: skip
    for wrong in ({"words": " "}, {"person": []}, {"person": ["not-an-id"]}, {"area": places.FAR_GRID}, {"skills": ["alone_elder"]}):  # fmt: skip
        assert sent(case, secretary, people, **wrong).status_code == 422, wrong
    assert sent(case, secretary, people).status_code == 302
    ways = dict(Called.objects.values_list("person_id", "way"))
    assert [ways[one.pk] for one in people] == ["account", "text", "door"]
    rows = {(row.recipient.partition(":")[0], row.channel) for row in Message.objects.filter(template__startswith="registry.call")}  # fmt: skip
    assert ("account", "inbox") in rows
    assert ("tel", "sms") in rows
    # The person answers on the own page; nobody else finds it.
    mine = call_of(people[0])
    assert WORDS in text_of(resident.get("registry:call", mine.pk))
    assert other.get("registry:call", mine.pk).status_code == 404
    assert other.post("registry:call", mine.pk, data={"coming": "yes"}).status_code == 404
    assert resident.post("registry:call", mine.pk, data={"coming": "perhaps"}).status_code == 422
    assert resident.post("registry:call", mine.pk, data={"coming": "yes"}).status_code == 302
    # Of whoever telephones, the desk writes it down; it may be said otherwise afterwards.
    second = call_of(people[1])
    assert secretary.post("registry:call_note", second.pk, data={"coming": "yes"}).status_code == 302  # fmt: skip
    assert secretary.post("registry:call_note", second.pk, data={"coming": "no"}).status_code == 302
    with behind(secretary.actor):
        assert selectors.answers(secretary.actor, case.pk) == (3, 1, 1)
    second = call_of(people[1])
    assert (second.answer, second.noted_by_id) == ("cannot", secretary.id)
    with behind(SYSTEM):
        call = CallUp.objects.get()
    page = secretary.get("registry:callup", call.pk)
    assert not [one for one in SECRETS if one in page.content.decode()]
    assert "有 1 人无法发消息" in text_of(page)
    assert f"/desk/cases/{case.pk}" in page.content.decode()
    for body in (text_of(secretary.get("cases:case", case.pk)), text_of(secretary.get("registry:callups"))):  # fmt: skip
        assert re.search(r"\b3\b.*\b1\b.*\b1\b", body)
    assert cast.stranger().get("registry:callup", call.pk).status_code == 404
    assert cast.community_secretary(places.NEXT_COMMUNITY).get("cases:call_up", case.pk).status_code == 404  # fmt: skip


def test_nobody_is_called_twice_to_a_case_nor_after_taking_consent_back_nor_when_it_is_over():
    resident, secretary = cast.resident(), cast.community_secretary()
    case, (first, second, third) = make_case(), helpers(resident)
    assert sent(case, secretary, [first]).status_code == 302
    again = sent(case, secretary, [first])
    assert (again.status_code, CallUp.objects.count()) == (422, 1)
    assert "已召集" in text_of(again)
    actions.withdraw_consent(actor=resident.actor, tagging=Tagging.objects.get(person=first, tag="volunteer"), at=NOW)  # fmt: skip
    other = make_case(text="另一处积水")
    assert sent(other, secretary, [first]).status_code == 422  # in none of the groups any more
    # Chosen from a list that has changed since: whoever still agrees is called, the other is not.
    actions.untag(actor=SYSTEM, tagging=Tagging.objects.get(person=third), ended="reviewed", at=NOW)
    assert sent(case, secretary, [second, third]).status_code == 302
    assert set(Called.objects.values_list("person_id", flat=True)) == {first.pk, second.pk}
    over = closed()
    assert secretary.get("cases:call_up", over.pk).status_code in (409, 422)
    assert sent(over, secretary, [second]).status_code in (409, 422)
    mine = call_of(first)
    with behind(resident.actor), refused("call_over"):
        actions.answer_call(actor=resident.actor, called=mine, coming=True, at=NOW + timedelta(days=4))  # fmt: skip


def test_hostile_words_are_answered_and_a_preview_costs_the_same_for_one_and_for_thirty():
    secretary, case = cast.community_secretary(), make_case()
    person = agreed(make_person(name="欧二秘", telephone="10012345679"), "volunteer")
    for one in sample(12, "callup"):
        for field in ("area", "skills", "person"):
            given = {field: one.text}
            assert sent(case, secretary, [person], **given).status_code in (400, 422), one.text
    assert not CallUp.objects.exists()
    assert sent(case, secretary, [person], words="<script>alert(1)</script>").status_code == 302
    call = CallUp.objects.get()
    assert "<script>alert" not in secretary.get("registry:callup", call.pk).content.decode()

    def more():
        who = agreed(make_person(name="欧某", telephone="10012345670"), "volunteer")
        Called.objects.create(
            area=call.area, call=call, incident=call.incident, person_id=who.pk, tags=["volunteer"], way="text",
        )  # fmt: skip
        agreed(make_person(name="欧某某"), "volunteer")

    asked = {"area": places.COMMUNITY, "skills": ["volunteer"], "show": "1"}
    grows(more, lambda: secretary.post("cases:call_up", case.pk, data=asked))
    grows(more, lambda: secretary.get("registry:callup", call.pk), many=5)
