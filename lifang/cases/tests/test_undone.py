"""A part of a longer act that is refused alone leaves no row and no event, only the line that it was refused."""

import pytest

from lifang.cases.models import Case
from lifang.cases.tests.make import make_case
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.action import action, attempt, together
from lifang.core.audit.models import Entry
from lifang.core.testing.told import published

pytestmark = pytest.mark.django_db


@action("tests.two_steps")
def two_steps(*, actor, at):
    """Makes a case, tells of it, and is then refused."""
    make_case(at=at)
    raise Refused("not_allowed")


def test_a_refused_part_is_undone_with_its_events_while_the_rest_stays(at):
    with behind(SYSTEM), together(actor=SYSTEM, at=at):
        kept = make_case(at=at)
        with pytest.raises(Refused, match="not_allowed"):
            two_steps(actor=SYSTEM, at=at)
    with behind(SYSTEM):
        assert list(Case.objects.values_list("pk", flat=True)) == [kept.pk]
    assert [told.case for told in published("cases.CaseReported")] == [kept.pk]
    lines = [(line.action, line.outcome, line.reason) for line in Entry.objects.order_by("seq")]
    assert lines == [("cases.report", "done", ""), ("tests.two_steps", "refused", "not_allowed")]


def _attempted(at):
    with attempt():
        make_case(at=at)
        raise ZeroDivisionError


def test_an_attempt_that_fails_takes_along_what_went_well_in_it(at):
    with behind(SYSTEM), together(actor=SYSTEM, at=at):
        kept = make_case(at=at)
        with pytest.raises(ZeroDivisionError):
            _attempted(at)
    assert [told.case for told in published("cases.CaseReported")] == [kept.pk]
    assert [line.action for line in Entry.objects.order_by("seq")] == ["cases.report"]
