"""A community asks its homes what they need: each home counts once, nobody can read whose answer is whose, sums become candidates."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast
from lifang.core.testing.cast import MONDAY
from lifang.living import actions, selectors
from lifang.living.models import NeedSurvey
from lifang.living.rules import needs as rules
from lifang.living.tests.make import lives_in, make_doors
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry
from lifang.registry.tests.make import GRID, make_household

pytestmark = [pytest.mark.django_db, pytest.mark.covers("S3-24")]
AREA, TODAY = GRID[:12], date(2026, 11, 23)


def asked(area=AREA, until=TODAY + timedelta(days=20)):
    with behind(SYSTEM):
        return actions.ask_needs(actor=SYSTEM, area=area, until=until, at=MONDAY)


def says(member, survey, *chosen, home=None):
    home = home or registry.own_doors(member.actor)[0]
    actions.answer_needs(actor=member.actor, survey=survey, home=home, chosen=chosen, at=MONDAY)


def test_a_home_counts_once_whoever_of_it_answers_and_nobody_stands_in_its_answer(resident, refused):  # fmt: skip
    make_county()
    doors = make_doors(4)
    lives_in(resident, doors[0])
    wife, others = cast.resident(), [cast.resident() for _ in range(3)]
    lives_in(wife, doors[0], sequence=331)
    for n, (one, door) in enumerate(zip(others, doors[1:], strict=True)):
        lives_in(one, door, sequence=340 + n)
    survey, own = asked(), registry.own_doors(resident.actor)[0]
    says(resident, survey, "canteen", "lift")
    says(wife, survey, "canteen")
    for one in others:
        says(one, survey, "canteen", "parking")
    found = selectors.needs(SYSTEM, survey)
    told = {one.need: (one.homes, round(one.share, 2), one.reached, one.candidate) for one in found.rows}  # fmt: skip
    assert (found.answered, found.rate, survey.doors) == (4, 1.0, 4)
    assert told == {"canteen": (4, 1.0, None, True), "parking": (3, 0.75, None, True)}
    with behind(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM living_needanswer a")
        rows = [row[0] for row in cursor.fetchall()]
    assert len(rows) == 4
    assert not any(str(word) in " ".join(rows) for word in (*[one.pk for one in doors], resident.id, wife.id, "account:"))  # fmt: skip
    assert selectors.own_needs(wife.actor, survey, own) == ["canteen"]
    assert selectors.own_needs(others[0].actor, survey, own) == []
    with refused("not_found"):
        says(others[0], survey, "lift", home=own)
    for chosen in ((), ("gold",), ("canteen", "lift", "hair", "repair", "sport", "safety")):
        with refused("needs_chosen"):
            says(resident, survey, *chosen)


def test_a_survey_runs_alone_for_its_days_and_is_published_when_it_ended(community_secretary, resident, anonymous, refused):  # fmt: skip
    make_county()
    lives_in(resident, make_doors(1)[0])
    until = timezone.localdate() + timedelta(days=10)
    sent = community_secretary.post("living:desk_needs", data={"area": AREA, "until": f"{until}"})
    assert sent.status_code == 302, sent.content.decode()[-1500:]
    with behind(SYSTEM):
        survey = NeedSurvey.objects.get()
    with refused("needs_once"):
        actions.ask_needs(actor=SYSTEM, area=AREA, until=until, at=survey.asked_at)
    assert "/my/needs" in resident.get("/my").content.decode()
    assert resident.post("living:needs", data={"chosen": ["canteen", "lift"]}).status_code == 302
    assert "checked" in resident.get("living:needs").content.decode()
    assert resident.post("living:needs", data={"chosen": "gold"}).status_code == 200
    assert "/my/needs" not in resident.get("/my").content.decode()
    assert "社区食堂" not in anonymous.get("living:community_needs", AREA).content.decode()
    assert "社区食堂" in community_secretary.get("living:desk_survey", survey.pk).content.decode()
    assert community_secretary.post("living:survey_end", survey.pk).status_code == 302
    page = anonymous.get("living:community_needs", AREA).content.decode()
    assert "社区食堂" in page
    assert "不足 3 户" in page
    with behind(SYSTEM):
        survey.refresh_from_db()
    with refused("needs_over"):
        says(resident, survey, "lift")
    for area, days, reason in ((AREA[:9], 10, "needs_area"), (AREA, 2, "needs_until"), (AREA, 91, "needs_until")):  # fmt: skip
        assert rules.survey_fits(area, TODAY + timedelta(days=days), TODAY).reason == reason
    assert [rules.candidate(0.2, 0.79), rules.candidate(0.2, 0.8), rules.candidate(0.19, None)] == [True, False, False]  # fmt: skip


def test_whoever_has_homes_in_two_communities_that_ask_chooses_for_which_one(resident):
    make_county()
    today = timezone.localdate()
    here, there = make_doors(1)[0], make_doors(1, area="990101001002001")[0]
    lives_in(resident, here)
    with behind(SYSTEM):
        make_household(registry.me(resident.actor), area=there.area, door=there)
    first, second = (asked(area=one.area[:12], until=today + timedelta(days=9)) for one in (here, there))  # fmt: skip
    page = resident.get("living:needs").content.decode()
    assert page.count('aria-current="page"') >= 1
    for one in (here, there):
        assert f"?home={one.pk}" in page
        sent = resident.client.post(f"/my/needs?home={one.pk}", {"chosen": ["canteen"]})
        assert sent.headers["Location"] == f"/my/needs?home={one.pk}"
    own = {one.pk: one for one in registry.own_doors(resident.actor)}
    assert selectors.own_needs(resident.actor, first, own[here.pk]) == ["canteen"]
    assert selectors.own_needs(resident.actor, second, own[there.pk]) == ["canteen"]
    for hostile in ("x", "00000000-0000-7000-8000-000000000000", "' OR 1=1"):
        assert resident.get("living:needs", query={"home": hostile}).status_code == 200
