"""The random re-check: the same seed and list draw the same cases, by anybody; the verdicts feed the rate."""

import hashlib
import random
import re
from datetime import timedelta

import pytest

from lifang.cases import actions
from lifang.cases.actions.sample import drawn, list_digest
from lifang.cases.catalogue import INDICATORS
from lifang.cases.models import Case, Check, Recheck, Sample
from lifang.cases.selectors import figures
from lifang.cases.selectors.measures import Frame
from lifang.cases.tests.make import MONDAY, closed, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PERIOD = {"area": places.COUNTY, "start": MONDAY - DAY, "end": MONDAY + DAY, "at": MONDAY + DAY}


def some(n=6):
    make_unit()
    return [closed() for _ in range(n)]


def draw(actor, seed="4711", size=3, **facts):
    return actions.draw_sample(actor=actor, seed=seed, size=size, **{**PERIOD, **facts})


def other_checker():
    return cast.member("county_leader", places.COUNTY)


def test_the_rule_is_what_the_page_says_it_is():
    numbers = [f"2611230{n:05d}" for n in range(200)]
    by_hand = sorted(numbers, key=lambda n: hashlib.sha256(f"seed:{n}".encode()).hexdigest())[:7]
    shuffled = random.Random(1).sample(numbers, len(numbers))
    assert drawn(shuffled, "seed", 7) == by_hand
    assert drawn(numbers, "other", 7) != by_hand
    assert list_digest(shuffled) == hashlib.sha256("\n".join(numbers).encode()).hexdigest()


def test_every_case_is_drawn_about_equally_often():
    numbers = [f"n{n}" for n in range(20)]
    hits = [number for seed in range(2000) for number in drawn(numbers, f"seed{seed}", 5)]
    assert all(400 < hits.count(number) < 600 for number in numbers)


def test_same_seed_and_list_draw_the_same_cases_and_a_seed_serves_once(county_dispatcher, refused):
    cases = some()
    one = draw(county_dispatcher.actor)
    assert (one.population, one.size) == (6, 3)
    again = drawn([case.number for case in cases], "4711", 3)
    rows = Recheck.objects.filter(sample=one).order_by("rank")
    with behind(SYSTEM):
        assert [row.case.number for row in rows] == again
    assert one.digest == list_digest([case.number for case in cases])
    with refused("seed_used"):
        draw(county_dispatcher.actor)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"seed": "x"}, "seed_length"),
        ({"size": 0}, "sample_size"),
        ({"size": 501}, "sample_size"),
        ({"end": MONDAY + 2 * DAY}, "period_not_over"),
        ({"start": MONDAY - 9 * DAY, "end": MONDAY - 8 * DAY}, "nothing_closed"),
        ({"area": "370306"}, "not_allowed"),
    ],
)
def test_a_wrong_draw_is_refused(county_dispatcher, refused, facts, reason):
    some(1)
    with refused(reason):
        draw(county_dispatcher.actor, **facts)


def test_verdicts_are_kept_once_by_somebody_else_and_feed_the_rate(
    county_dispatcher, checker, refused
):
    some()
    one, looker = draw(county_dispatcher.actor), other_checker()
    with behind(SYSTEM):
        closer = actor_of(Check.objects.filter(case__rechecks__rank=1).get().by_id, MONDAY)
    with refused("own_check_rechecked"):
        actions.recheck(actor=closer, sample=one, rank=1, at=MONDAY + DAY, agrees=True)
    with refused("words_missing"):
        actions.recheck(actor=looker.actor, sample=one, rank=1, at=MONDAY + DAY, agrees=False)
    actions.recheck(actor=looker.actor, sample=one, rank=1, at=MONDAY + DAY, agrees=True)
    actions.recheck(
        actor=looker.actor, sample=one, rank=2, at=MONDAY + DAY, agrees=False, note="还有垃圾"
    )
    with refused("rechecked_already"):
        actions.recheck(actor=looker.actor, sample=one, rank=1, at=MONDAY + DAY, agrees=True)
    frame = Frame(places.COUNTY, MONDAY, MONDAY + 2 * DAY, MONDAY + 2 * DAY)
    with behind(SYSTEM):
        rate = figures.rate(SYSTEM, frame, INDICATORS["recheck_agreement_rate"])
    assert (rate.numerator, rate.denominator) == (1, 2)


@pytest.mark.covers("S0-07")
def test_the_pages_draw_show_print_and_keep(county_dispatcher):
    some()
    drew = county_dispatcher.post(
        "cases:samples",
        data={"first": "2026-11-23", "last": "2026-11-23", "size": 4, "seed": "lottery 7 9 22"},
    )
    assert drew.status_code == 302
    with behind(SYSTEM):
        one = Sample.objects.get()
        numbers = [*Case.objects.values_list("number", flat=True)]
    wanted = drawn(numbers, "lottery 7 9 22", 4)
    for name in ("cases:sample", "cases:sample_sheet"):
        html = county_dispatcher.get(name, one.pk).content.decode()
        told = [number for number in re.findall(r"\b\d{12}\b", html) if number in numbers]
        assert [*dict.fromkeys(told)] == wanted
        assert "lottery 7 9 22" in html
        assert one.digest in html
    looker = other_checker()
    assert (
        looker.post(
            "cases:recheck", one.pk, 1, data={"agrees": "no", "note": "没有办好"}
        ).status_code
        == 302
    )
    assert "没有办好" in looker.get("cases:sample", one.pk).content.decode()
    assert "0.00%" in county_dispatcher.get("cases:samples").content.decode()


def test_another_areas_sample_is_as_if_it_were_not_there(county_dispatcher, stranger):
    some(2)
    one = draw(county_dispatcher.actor, size=1)
    assert stranger.get("cases:sample", one.pk).status_code == 404
    assert stranger.post("cases:recheck", one.pk, 1, data={"agrees": "yes"}).status_code == 404
    assert stranger.get("cases:sample_sheet", one.pk).status_code == 404
