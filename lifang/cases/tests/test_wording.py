"""Which matter is meant: measured on what reports turned out to be."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from lifang.cases import actions, selectors
from lifang.cases.rules.wording import Report, confusions, found, learn, once, tuned
from lifang.cases.selectors.wording import told
from lifang.cases.tests import make
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, hostile
from lifang.orgs.tests.make import make_county

LAMPS = [Report(f"路灯坏了不亮{n}", "01001", "01010") for n in range(12)]
DOGS = [Report(f"有人遛狗不拴绳{n}", "06010", "06020") for n in range(12)]


@pytest.mark.covers("S4-11")
def test_what_was_said_before_is_recognised_although_no_catalogue_knows_the_words():
    wording = learn([*LAMPS, *DOGS])
    assert wording.ranked("楼下路灯坏了", {})[0] == "01010"
    assert wording.ranked("狗没有拴绳", {})[0] == "06020"


def test_too_few_reports_teach_nothing():
    assert learn(LAMPS[:4]).ranked("路灯坏了", {"01001": 3.0}) == ["01001"]


def test_the_catalogues_words_are_trusted_as_far_as_they_are_right():
    mixed = [report for pair in zip(LAMPS, DOGS, strict=True) for report in pair]
    liar = [{"99999": 50.0} for _ in mixed]
    wording = tuned(mixed, liar)
    assert wording.trust == 0.0
    assert wording.ranked("路灯坏了", liar[0])[0] == "01010"


def test_precision_counts_first_and_third_and_nothing_else():
    reports = [Report("a", "1", "1"), Report("b", "2", "2"), Report("c", "3", "3")]
    counted = found(reports, [["1"], ["9", "8", "2"], ["7", "6", "5", "3"]])
    assert (counted.first, counted.third, counted.reports) == (1, 2, 3)
    assert found([], []).at_1 is None


def test_confusions_name_both_sides_the_commonest_first():
    assert confusions([*LAMPS, *DOGS[:3], Report("x", "1", "1")]) == [("01001", "01010", 12), ("06010", "06020", 3)]  # fmt: skip


@pytest.mark.django_db
def test_a_correction_at_the_desk_is_the_lesson():
    make_county()
    case = make.make_case(text="楼道里堆满纸箱")
    desk = cast.street_dispatcher().actor
    actions.correct(actor=desk, case=case, matter="09001", at=make.MONDAY)
    actions.accept(actor=desk, case=make.again(case), at=make.MONDAY + make.HOUR)
    with behind(SYSTEM):
        (lesson,) = told(SYSTEM)
    assert lesson[:3] == ("楼道里堆满纸箱", "06010", "09001")


@pytest.mark.django_db
def test_the_measure_prints_both_precisions_and_says_when_there_is_too_little():
    make_county()
    with pytest.raises(CommandError, match="0 reports"):
        call_command("measure_matters")
    for n in range(40):
        make.accepted(text=f"门口有垃圾没人管 {n}")
    out = io.StringIO()
    call_command("measure_matters", stdout=out)
    said = out.getvalue()
    assert "40 reports, 40 different texts, 1 matters" in said
    assert "learnt,  the later half   at 1 100.0%  at 3 100.0%   (20 and 20 of 20)" in said
    assert "corrected: 0 of 40" in said


# -- what was learnt helps ---------------------------------------------------------------------------

WAYS = (
    "的师傅又没来",
    "今天还是这样",
    "请来看看",
    "好几天了",
    "孩子路过害怕",
    "没人管",
    "怎么办",
    "都在抱怨",
)


def taught(
    person=lambda n: f"100{n:08d}",
    day=lambda n: make.MONDAY + n * make.HOUR * 24,
    corrected=True,
    count=96,
):
    """Reports in words that no catalogue has, each of somebody, which the desk moves to what they are."""
    desk = cast.street_dispatcher().actor
    for n in range(count):
        words, right = (("灯杆子黑漆漆", "01010"), ("毛孩子没牵绳", "06020"))[n % 2]
        case = make.make_case(
            text=f"{words}{WAYS[n % 8]}{WAYS[n // 8 % 8]}", phone=person(n), at=day(n)
        )
        at = day(n) + make.HOUR
        if corrected:
            actions.correct(actor=desk, case=case, matter=right, at=at)
        actions.accept(actor=desk, case=make.again(case), at=at)


def first_right(pairs):
    return sum(
        bool(found := selectors.propose(SYSTEM, text)) and found[0].matter.key == right
        for text, right in pairs
    )


NEW = [
    ("门口的灯杆子又黑漆漆", "01010"),
    ("黑漆漆的灯杆子", "01010"),
    ("毛孩子满院跑没牵绳", "06020"),
    ("又没牵绳", "06020"),
]


@pytest.fixture
def seen():
    make_county()
    with behind(SYSTEM):
        yield


@pytest.mark.django_db
@pytest.mark.covers("S4-11")
def test_what_was_learnt_raises_the_rate_on_texts_it_never_saw_and_says_why(seen):
    taught()
    before = first_right(NEW)
    made = actions.learn_matters(actor=SYSTEM, at=make.MONDAY)
    assert (made.version, made.better, made.in_use) == (1, True, True)
    assert made.first > made.first_before
    after = first_right(NEW)
    assert (before, after) == (0, len(NEW))
    best = selectors.propose(SYSTEM, NEW[0][0])[0]
    assert best.moved >= 30
    page = cast.anonymous().client.get("/report/matter", {"text": NEW[0][0]}, follow=True)
    assert page.status_code == 200
    told_to = cast.anonymous().send("POST", "api:cases_propose", json={"text": NEW[0][0]}).json()
    assert told_to["matters"][0] == {
        "matter": "01010",
        "name": told_to["matters"][0]["name"],
        "because": told_to["matters"][0]["because"],
        "moved": best.moved,
    }
    learning = cast.county_leader().get("cases:learning").content.decode()
    assert "用词与事项" in learning
    assert "使用中" in learning


@pytest.mark.django_db
def test_one_person_cannot_teach_a_matter_however_often(seen):
    taught(person=lambda n: "10000000001")  # every day for three months
    made = actions.learn_matters(actor=SYSTEM, at=make.MONDAY)
    assert made is None or not made.matters
    assert [one.moved for one in selectors.propose(SYSTEM, NEW[0][0])] in (
        [],
        [0] * len(selectors.propose(SYSTEM, NEW[0][0])),
    )


def test_a_matter_counts_once_for_a_reporter_and_a_day():
    flood = [Report(f"灯黑了{n}", "1", "2", "甲", "2026-11-23") for n in range(50)]
    assert len(once(flood)) == 1
    assert (
        len(
            once(
                [
                    *flood,
                    Report("灯黑了", "1", "2", "甲", "2026-11-24"),
                    Report("灯黑了", "1", "2", "乙", "2026-11-23"),
                ]
            )
        )
        == 3
    )
    nobody = [Report("同一句话", "1", "2", "", "2026-11-23") for _ in range(50)]
    assert len(once(nobody)) == 1


@pytest.mark.django_db
def test_it_can_be_switched_off_and_what_does_no_better_is_not_used(seen, monkeypatch):
    taught()
    assert actions.learn_matters(actor=SYSTEM, at=make.MONDAY).in_use
    with monkeypatch.context() as off:
        for module in ("lifang.cases.selectors.lexicon", "lifang.cases.actions.learn"):
            off.setattr(sys.modules[module], "policy", lambda _key: 0)
        assert selectors.lexicon(SYSTEM) is None
        assert actions.learn_matters(actor=SYSTEM, at=make.MONDAY) is None
        assert not any(one.moved for one in selectors.propose(SYSTEM, NEW[0][0]))
    assert selectors.lexicon(SYSTEM) is not None


@pytest.mark.django_db
def test_a_danger_to_life_comes_before_every_habit(seen):
    desk = cast.street_dispatcher().actor
    for n in range(96):
        case = make.make_case(
            text=f"煤气味垃圾{WAYS[n % 8]}",
            phone=f"100{n:08d}",
            at=make.MONDAY + n * make.HOUR * 24,
        )
        actions.accept(actor=desk, case=case, at=make.MONDAY + n * make.HOUR * 24)
    actions.learn_matters(actor=SYSTEM, at=make.MONDAY)
    first = selectors.propose(SYSTEM, "楼道里有煤气味")[0]
    assert (first.matter.key, first.matter.level) == ("10999", "life")


@pytest.mark.django_db
def test_hostile_words_are_proposed_for_without_a_fault(seen):
    taught()
    actions.learn_matters(actor=SYSTEM, at=make.MONDAY)
    for text in (one.text for one in hostile.sample(60, "wording")):
        assert len(selectors.propose(SYSTEM, text)) <= 5
        assert cast.anonymous().send(
            "POST", "api:cases_propose", json={"text": text[:900]}
        ).status_code in (200, 400, 422)
