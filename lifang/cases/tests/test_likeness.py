"""Likeness of reports: what is compared, what is learnt, what may be used, how it is counted."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils.translation import override

from lifang.cases import actions
from lifang.cases.actions.takeover import Past, take_over
from lifang.cases.models import Fit
from lifang.cases.rules.lessons import Lessons, best, judge, learn, lines_of, score
from lifang.cases.rules.likeness import FEATURES, Weighing, address, features, reasons
from lifang.cases.rules.measure import measure
from lifang.cases.rules.pairing import Field, Said, kin, kin_of
from lifang.cases.rules.senses import learnt_senses, shipped_senses
from lifang.cases.selectors.lessons import taught
from lifang.cases.selectors.likeness import (
    fits,
    shipped,
    weighing,
)
from lifang.cases.selectors.public import nearby
from lifang.cases.tests.make import MONDAY, make_case, make_unit
from lifang.cases.web.likeness import because
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.learn import Figures, alike, best_line
from lifang.core.testing import cast, places

DAY, METRE = 86400.0, 1 / 111_195
LON, LAT = 118.05, 36.8


def said(day, metres=0.0, **facts):
    facts = {"matter": "06010", "source": "resident_web", "by": "resident", "lon": LON,
             "lat": LAT + metres * METRE, **facts}  # fmt: skip
    return Said(opened=day * DAY, **facts)


def pairs(*many):
    field = Field(many)
    newer, older = field.candidates(kin)
    return list(zip(newer.tolist(), older.tolist(), strict=True)), field.between(newer, older)


def test_only_earlier_open_cases_of_the_matter_nearby_are_candidates():
    found, _ = pairs(
        said(0), said(0.5, 300), said(0.6, matter="01037"), said(0.7, closed=0.8 * DAY), said(1, 20),
    )  # fmt: skip
    assert found == [(3, 0), (4, 0)]


def test_a_report_without_a_point_is_found_by_its_address():
    found, got = pairs(
        said(0, lon=None, lat=None, place="和平路１号"), said(1, place="和平路 1 号"), said(2, place="和平路2号"),
    )  # fmt: skip
    assert found == [(1, 0), (2, 1)]
    assert got.same_address.tolist() == [True, False]
    assert got.same_street.tolist() == [True, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("615 E Fourth St  South Boston", "615 e fourth st, south boston"),
        ("和平路１号", "和平路 1号"),
        ("INTERSECTION of Boston St", "intersection boston st"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(one, other):
    assert address(one) == address(other)
    assert address(one).whole


def test_a_number_alone_is_no_address():
    assert address("12").whole == ""


def test_words_of_a_form_say_nothing_and_words_of_people_do():
    form = [said(n / 100, n * 500, text="Graffiti Removal") for n in range(25)]
    _, got = pairs(*form, said(1, 12_000, text="Graffiti Removal"))
    assert np.isnan(got.words).all()
    _, got = pairs(said(0, text="门口垃圾没人收"), said(1, text="门口的垃圾没人收拾"))
    assert got.words[0] > 0.4
    assert alike("", "x") is None


def test_the_reason_names_what_counts():
    _, got = pairs(
        said(0, place="和平路1号", text="路灯不亮了"),
        said(0.125, place="和平路1号", text="路灯不亮"),
    )
    assert [why.key for why in reasons(got, 0)] == [
        "same_address", "earlier", "open", "same_matter", "same_words",
    ]  # fmt: skip
    assert reasons(got, 0)[1].amount == pytest.approx(3 * 3600)


def test_confused_matters_are_kin_from_both_sides():
    for key in kin_of("06010"):
        assert kin("06010", key)
        assert kin(key, "06010")
    assert kin_of("06010")[0] == "06010"
    assert not kin("06010", "01037")


def lessons(spots=160, wrong=0):
    """At every spot a report, a later one there that is a duplicate, and one 60 m off that is none."""
    many, truth = [], []
    for n in range(spots):
        x = n * 400.0
        for shift, after, duplicate in ((0, 0, False), (1, 0.1, True), (60, 0.2, False)):
            many.append(said(n + after, x + shift))
            truth.append(duplicate != (n < wrong))
    field = Field(many)
    newer, older = field.candidates(kin)
    return Lessons(
        field.between(newer, older), np.array(["06010"] * len(many)), np.array(truth), {}
    )


BLANK = Weighing({"": np.zeros(len(FEATURES))}, {"": 0.9})


def test_what_is_learnt_finds_duplicates_never_seen():
    all_of = lessons()
    early = np.arange(480) < 240
    learnt = learn(all_of, BLANK, early)
    assert set(learnt.weights) == {"", "06010"}
    found = best(all_of, score(all_of, learnt)) >= lines_of(all_of, learnt)
    assert (found[240:] == all_of.duplicate[240:]).all()


def test_new_weights_are_used_only_when_they_do_better_on_what_was_held_out():
    all_of, everything = lessons(), np.ones(480, bool)
    verdict = judge(all_of, BLANK, everything)
    assert (verdict.better, verdict.old.f1, verdict.new.f1) == (True, 0.0, 1.0)
    again = judge(all_of, verdict.learnt, everything)
    assert not again.better
    assert judge(lessons(spots=10), BLANK, np.ones(30, bool)) is None


def test_one_report_alone_costs_no_error():
    field = Field([said(0)])
    newer, older = field.candidates(kin)
    assert features(field.between(newer, older)).shape == (0, len(FEATURES))


def test_figures_are_counted_as_the_words_say():
    assert Figures(4, 2, 8) == (4, 2, 8)
    assert (Figures(4, 2, 8).precision, Figures(4, 2, 8).recall, Figures(4, 2, 8).f1) == (
        0.5, 0.25, pytest.approx(1 / 3),
    )  # fmt: skip
    assert Figures(0, 0, 0).precision is None
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    assert 0.2 < best_line(scores, scores > 0.5) <= 0.8
    assert best_line(scores, scores > 2) == 1.0


@pytest.fixture
def past():
    for who in (cast.street_dispatcher, cast.county_dispatcher, cast.checker):
        who()
    unit = make_unit()

    def make(number, hours, **facts):
        facts = {
            "lon": LON,
            "lat": LAT,
            "closed_at": MONDAY + timedelta(days=9),
            "answer": "好",
            "place": "和平路1号",
            **facts,
        }
        return Past(
            reference=number, source="hotline_12345", matter="06010", area=places.GRID, unit=unit.pk,
            opened_at=MONDAY + timedelta(hours=hours), text="垃圾", **facts,
        )  # fmt: skip

    with behind(SYSTEM):
        yield make


@pytest.mark.django_db
def test_the_original_is_read_from_the_closing_note_also_by_the_end_of_its_number(past):
    take_over(actor=SYSTEM, at=MONDAY + timedelta(days=20), past=[
        past("101001240735", 0), past("101001240999", 1),
        past("101001241000", 2, outcome="duplicate", inner="see 101001240735"),
        past("101001241001", 3, outcome="duplicate", inner="Case #1240735 is it"),
        past("101001241002", 4, outcome="duplicate", inner="no number, 12 Dec 2015"),
    ])  # fmt: skip
    found = taught(SYSTEM)
    assert found.original == {2: 0, 3: 0}
    assert len({int(found.cluster[i]) for i in (0, 2, 3)}) == 1
    known = np.zeros(5, bool)
    known[list(found.original)] = True
    got = measure(
        found.lessons, Weighing({"": np.zeros(len(FEATURES))}, {"": 0.4}), np.ones(5, bool), known
    )
    assert (got.reports, got.duplicates, got.named, got.reachable) == (5, 3, 2, 2)
    # With weights that say nothing the latest case wins: it is another one for the first, a sister for the second.
    assert got.all[3] == (4, 3, 3)
    assert got.strict[3].right == 2
    assert got.all[1].right < 3


@pytest.mark.django_db
def test_without_reports_there_are_no_lessons():
    with behind(SYSTEM):
        assert taught(SYSTEM) is None
    assert shipped(SYSTEM).line("06010") > 0


@pytest.mark.django_db
def test_what_is_learnt_is_used_only_if_it_is_better_and_kept_on_record_anyway(past):
    rows = []
    for n in range(60):
        at, x = n * 24, LAT + n * 400 * METRE
        rows += [
            past(f"a{n}", at, lat=x, place=f"{n}路1号", closed_at=MONDAY + timedelta(days=99)),
            past(f"b{n}", at + 2, lat=x, place=f"{n}路1号", outcome="duplicate",
                 closed_at=MONDAY + timedelta(days=98)),
            past(f"c{n}", at + 3, lat=x + 60 * METRE, place=f"{n}路3号", closed_at=MONDAY + timedelta(days=98)),
        ]  # fmt: skip
    later = MONDAY + timedelta(days=100)
    take_over(actor=SYSTEM, at=later, past=rows)
    before = weighing(SYSTEM)
    first = actions.learn(actor=SYSTEM, at=later)
    assert (first.version, first.reports, first.duplicates) == (1, 180, 60)
    assert first.f1 == 1.0
    assert (first.better, first.in_use) == (first.f1 > first.f1_before, first.f1 > first.f1_before)
    assert len(Fit.objects.get(version=1).senses) > 100_000
    second = actions.learn(actor=SYSTEM, at=later)
    assert (second.version, second.better, second.in_use) == (2, False, False)
    in_use = weighing(SYSTEM)
    assert (in_use.lines == before.lines) == (not first.in_use)
    assert [fit.version for fit in fits(SYSTEM)] == [2, 1]


@pytest.mark.django_db
def test_too_few_lessons_teach_nothing():
    with behind(SYSTEM):
        assert actions.learn(actor=SYSTEM, at=MONDAY) is None
    assert fits(SYSTEM) == []


@pytest.mark.django_db
@pytest.mark.covers("S4-10")
def test_other_words_of_much_the_same_meaning_are_a_reason_by_what_this_site_says():
    near = make_case(lon=LON, lat=LAT + 30 * METRE, text="路灯不亮")
    asked = {"lon": LON, "lat": LAT, "at": MONDAY + timedelta(hours=3), "matter": "06010"}
    (found,) = nearby(cast.resident().actor, text="晚上灯灭了一片漆黑", **asked)
    assert found.case == near
    with override("en"):
        assert because(found.why).endswith("other words of much the same meaning")
    (other,) = nearby(cast.resident().actor, text="垃圾桶满了", **asked)
    assert "意思相近" not in because(other.why)
    with behind(SYSTEM):
        own = learnt_senses([("黑咕隆咚的", "01037"), *(("黑咕隆咚", "01037") for _ in range(3))])
    first, second = own.places(["黑咕隆咚", "路灯不亮"])
    unknown, _ = shipped_senses().places(["黑咕隆咚", "路灯不亮"])
    assert float(first @ second) > 0.4 > float(unknown @ second) + 0.1


@pytest.mark.django_db
def test_the_likeliest_case_nearby_comes_first_with_its_reason():
    near = make_case(lon=LON, lat=LAT + 30 * METRE, place="解放路9号", text="树枝断了")
    same = make_case(lon=LON, lat=LAT + 40 * METRE, place="和平路1号", text="门口垃圾没人收")
    found = nearby(cast.resident().actor, LON, LAT, MONDAY + timedelta(hours=3), "06010",
                   place="和平路1号", text="垃圾没人收")  # fmt: skip
    assert [one.case for one in found] == [same, near]
    with override("en"):
        assert because(found[0].why) == (
            "the same address, 3 hours earlier, still open, the same matter, similar words"
        )
    assert because(found[0].why).startswith("地址相同、早 3 小时、尚未办结")
