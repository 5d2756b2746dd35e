"""Which matter is meant: measured on what reports turned out to be."""

import io

import pytest
from django.core.management import CommandError, call_command

from lifang.cases import actions
from lifang.cases.rules.wording import Report, confusions, found, learn, tuned
from lifang.cases.selectors.wording import told
from lifang.cases.tests import make
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
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
        assert told(SYSTEM) == [Report("楼道里堆满纸箱", "06010", "09001")]


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
