"""Systems of others: asked, tested, decided by others than who entered them, limited, over by themselves."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lifang.core.access import SYSTEM
from lifang.core.access.models import GrantRow
from lifang.core.access.wall import behind
from lifang.core.api.models import ApiKey, TurnedAway
from lifang.core.audit.models import Entry
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import COUNTY
from lifang.core.testing.told import published
from lifang.exchange import actions, jobs, selectors
from lifang.exchange.models import OutsideSystem
from lifang.exchange.tests.make import (
    admitted,
    an_application,
    as_itself,
    credit_code,
    make_system,
    passed,
    personal,
)

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def state(of: OutsideSystem) -> str:
    with behind(SYSTEM):
        return OutsideSystem.objects.get(pk=of.pk).state


@pytest.mark.covers("S1-14")
def test_a_system_is_approved_by_another_draws_a_limited_key_and_is_over_by_itself(county_leader):
    asked = make_system()
    assert asked.state == "testing"
    ready = passed(asked)
    actions.approve_system(actor=county_leader.actor, system=ready, note="同意", at=MONDAY)
    key = actions.draw_key(actor=as_itself(asked), system=ready, at=MONDAY)
    assert key.ways == ["GET api/v1/cases/conversions", "GET api/v1/cases/matters"]
    assert (key.networks, key.capabilities, key.watched) == (["203.0.113.0/24"], [], False)
    assert key.expires_at == MONDAY + YEAR
    jobs.lapse_systems.run(MONDAY + YEAR - timedelta(days=31))
    assert state(asked) == "admitted"
    jobs.lapse_systems.run(MONDAY + YEAR - timedelta(days=29))
    assert state(asked) == "expiring"
    jobs.lapse_systems.run(MONDAY + YEAR)
    assert state(asked) == "expired"
    assert not ApiKey.objects.filter(account=asked.account_id, revoked_at=None).exists()
    told = [one.state for one in published() if type(one).__name__ == "SystemChanged"]
    assert told == ["admitted", "expiring", "expired"]
    done = set(Entry.objects.values_list("action", flat=True))
    assert {"exchange.ask_system", "exchange.approve_system", "exchange.draw_key", "exchange.lapse_systems", "api.issue_key", "access.grant"} <= done  # fmt: skip


def test_who_entered_it_never_approves_it(county_dispatcher, refused):
    asked = passed(make_system(by=county_dispatcher))
    with refused("system_own"):
        actions.approve_system(actor=county_dispatcher.actor, system=asked, at=MONDAY)
    assert state(asked) == "passed"


def test_what_tells_of_people_needs_two_who_are_not_one(county_leader, county_dispatcher, refused):
    by = cast.member("county_dispatcher", COUNTY)
    asked = actions.ask_system(actor=by.actor, new=personal(), area=COUNTY, at=MONDAY)
    ready = passed(asked)
    actions.approve_system(actor=county_leader.actor, system=ready, at=MONDAY)
    assert state(asked) == "halfway"
    with refused("system_not_admitted"):
        actions.draw_key(actor=as_itself(asked), system=ready, at=MONDAY)
    with refused("system_second"):
        actions.approve_system(actor=county_leader.actor, system=ready, at=MONDAY)
    assert not GrantRow.objects.filter(account=asked.account_id).exists()
    actions.approve_system(actor=county_dispatcher.actor, system=ready, at=MONDAY)
    assert state(asked) == "admitted"
    grant = GrantRow.objects.get(account=asked.account_id)
    assert (grant.post, grant.area, grant.valid_to) == ("outside_system", COUNTY, MONDAY + YEAR)


def test_its_page_says_how_many_approvals_are_due_and_who_may_give_them(county_leader):
    by = cast.member("county_dispatcher", COUNTY)
    asked = passed(actions.ask_system(actor=by.actor, new=personal(), area=COUNTY, at=MONDAY))
    page = by.get("exchange:system", asked.pk, query={"lang": "en"}).content.decode()
    assert "Approvals still due: 2. Accounts here that may give them: 1." in page
    assert "County dispatcher, County leader" in page
    second = cast.member("county_dispatcher", COUNTY)
    cast.member("county_leader", "990102")  # of another county
    page = by.get("exchange:system", asked.pk, query={"lang": "en"}).content.decode()
    assert "2 approvals by different people are still due" in page
    actions.approve_system(actor=second.actor, system=asked, at=MONDAY)
    page = by.get("exchange:system", asked.pk, query={"lang": "en"}).content.decode()
    assert "1 approval is still due. Accounts here that may give it: 1 (" in page
    actions.approve_system(actor=county_leader.actor, system=asked, at=MONDAY)
    assert (
        "still due"
        not in by.get("exchange:system", asked.pk, query={"lang": "en"}).content.decode()
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "  "}, "system_blank"),
        ({"credit_code": "91990102MA00000010"}, "system_credit_code"),
        ({"accesses": ()}, "system_accesses"),
        ({"accesses": ("everything",)}, "system_accesses"),
        ({"networks": ()}, "system_networks"),
        ({"networks": ("203.0.113.0/24; DROP",)}, "key_network_wrong"),
        ({"networks": ("0.0.0.0/0",)}, "key_network_wide"),
        ({"networks": ("2001:db8::/16",)}, "key_network_wide"),
        ({"networks": tuple(f"203.0.113.{n}" for n in range(21))}, "key_networks_many"),
        ({"kept": ()}, "system_data"),
        ({"accesses": ("cases",), "level": 2}, "system_level_low"),
        ({"level": 3}, "system_certificate"),
        ({"level": 3, "certificate": "1"}, "system_assessed"),
        ({"level": 3, "certificate": "1", "assessed_on": date(2026, 12, 30)}, "system_assessed"),
        ({"level": 3, "certificate": "1", "assessed_on": date(2025, 6, 1)}, "system_assessed_old"),
        (
            {"accesses": ("alarms",), "level": 3, "certificate": "1", "assessed_on": date(2026, 6, 1), "kept": ("internal",)},
            "system_data_personal",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_or_untrue_is_named(county_dispatcher, refused, wrong, reason):
    new = an_application(**wrong)
    with refused(reason):
        actions.ask_system(actor=county_dispatcher.actor, new=new, area=COUNTY, at=MONDAY)


def test_an_assessment_that_grew_old_meanwhile_is_not_approved(county_leader, refused):
    by = cast.member("county_dispatcher", COUNTY)
    new = personal(assessed_on=date(2025, 12, 1))
    ready = passed(actions.ask_system(actor=by.actor, new=new, area=COUNTY, at=MONDAY))
    with refused("system_assessed_old"):
        actions.approve_system(actor=county_leader.actor, system=ready, at=MONDAY + timedelta(days=60))  # fmt: skip


def test_hostile_words_are_kept_as_words(county_dispatcher):
    for one in hostile.sample(40, "systems"):
        text = one.text.replace("\x00", "").strip()[:80]
        if not text:
            continue
        made = actions.ask_system(actor=county_dispatcher.actor, new=an_application(name=text), area=COUNTY, at=MONDAY)  # fmt: skip
        assert made.name == text
        page = county_dispatcher.get("exchange:system", made.pk)
        assert page.status_code == 200


def test_nobody_enters_or_decides_beyond_their_area(stranger, refused):
    asked = passed(make_system())
    with refused("not_allowed"):
        actions.ask_system(actor=stranger.actor, new=an_application(), area=COUNTY, at=MONDAY)
    assert list(selectors.systems(stranger.actor)) == []
    assert stranger.get("exchange:system", asked.pk).status_code == 404


def test_one_system_is_not_another(refused):
    ours, theirs = admitted(make_system()), admitted(make_system(credit_code=credit_code()))
    with behind(as_itself(ours)):
        assert list(selectors.systems(as_itself(ours))) == [ours]
    with refused("not_found"):
        actions.draw_key(actor=as_itself(theirs), system=ours, at=MONDAY)


def test_an_end_shuts_it_out_at_once(county_leader):
    system = admitted(make_system())
    key = actions.draw_key(actor=as_itself(system), system=system, at=MONDAY)
    actions.end_system(actor=county_leader.actor, system=system, note="合同到期", at=MONDAY)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == MONDAY
    assert not GrantRow.objects.filter(account=system.account_id, valid_to__gt=MONDAY).exists()


def test_a_renewal_is_tested_and_decided_anew_and_the_key_goes_on_meanwhile(
    county_leader, county_dispatcher
):
    system = admitted(make_system())
    key = actions.draw_key(actor=as_itself(system), system=system, at=MONDAY)
    later = MONDAY + YEAR - timedelta(days=10)
    jobs.lapse_systems.run(later)
    facts = {"level": 0, "certificate": "", "assessed_on": None, "networks": ("203.0.113.7",)}
    again = actions.renew_system(actor=county_dispatcher.actor, system=system, at=later, **facts)
    assert (again.state, again.first_by, again.networks) == ("testing", None, ["203.0.113.7/32"])
    assert ApiKey.objects.get(pk=key.pk).revoked_at is None
    ready = passed(again, later)
    actions.approve_system(actor=county_leader.actor, system=ready, at=later)
    new = actions.draw_key(actor=as_itself(system, later), system=ready, at=later)
    assert new.networks == ["203.0.113.7/32"]
    assert ApiKey.objects.get(pk=key.pk).revoked_at == later


def test_a_key_opens_its_interfaces_from_its_networks_and_nothing_else(at):
    """Over the wire: what is turned away says why, and is counted."""
    system = admitted(make_system(at=at), at)
    key = actions.draw_key(actor=as_itself(system, at), system=system, at=at)
    said = {"HTTP_AUTHORIZATION": f"Bearer {key.token}"}
    inside, outside = {"REMOTE_ADDR": "203.0.113.9"}, {"REMOTE_ADDR": "198.51.100.1"}
    client = Client()
    assert client.get("/api/v1/cases/matters", **said, **inside).status_code == 200
    for path, where, reason in (
        ("/api/v1/cases/matters", outside, "key_network_other"),
        ("/api/v1/cases/matters", {"REMOTE_ADDR": "not an address"}, "key_network_other"),
        ("/api/v1/registry/persons", inside, "key_way_other"),
        ("/api/v1/cases/points", inside, "key_way_other"),
        ("/sta/v1.1/Things", inside, "key_way_other"),
    ):
        answer = client.get(path, **said, **where)
        assert answer.status_code == 403, path
        assert reason in answer.content.decode()
    assert client.post("/api/v1/cases/matters", **said, **inside).status_code == 403
    counts = dict(TurnedAway.objects.filter(key=key).values_list("reason", "count"))
    assert counts == {"key_network_other": 2, "key_way_other": 4}


def test_the_list_does_not_grow(county_dispatcher, grows):
    grows(lambda: make_system(by=county_dispatcher), lambda: county_dispatcher.get("exchange:systems"))  # fmt: skip


def test_who_watches_over_keys_reads_which_system_uses_one(security_admin, county_leader, grid_worker):  # fmt: skip
    asked = admitted(make_system())
    actions.draw_key(actor=as_itself(asked), system=asked, at=MONDAY)
    listed = security_admin.get("keys:list").content.decode()
    assert listed.count("城管协同平台") >= 2  # its test key and its key
    key = ApiKey.objects.get(account=asked.account_id, watched=False)
    page = security_admin.get("keys:revocation", key.pk).content.decode()
    here = reverse("exchange:system", args=[asked.pk])
    assert (asked.number in page, asked.body in page, here in page) == (True, True, False)
    other = cast.security_admin("990102")
    assert "城管协同平台" not in other.get("keys:list").content.decode()
    assert other.get("keys:revocation", key.pk).status_code == 404
    assert selectors.system_of_key(grid_worker.actor, key) is None
