"""Issuing and revoking, and the pages for it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from lifang.core.accounts.models import Account
from lifang.core.api import actions, selectors
from lifang.core.api.models import ApiKey
from lifang.core.api.router import api
from lifang.core.api.secret import read_token
from lifang.core.api.tests.make import make_account_key, make_key
from lifang.core.audit.models import Entry
from lifang.core.testing import cast
from lifang.core.testing.places import COUNTY, NEXT_STREET, STREET
from lifang.core.testing.told import published

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Map",
    "days": "30",
    "per_minute": "60",
    "areas": "990101001, 990101002",
    "capabilities": [],
}


def a_machine(area: str = COUNTY) -> cast.Member:
    """The account of a machine that administrators of this area look after."""
    made = cast.machine()
    Account.objects.filter(pk=made.id).update(area=area)
    return made


def test_a_key_is_kept_as_a_digest_only(grid_worker, at):
    key = make_key(grid_worker, at)
    kept = ApiKey.objects.get(pk=key.pk)
    token = read_token(key.token)
    assert token.fits(kept.digest)
    assert kept.token == ""
    assert token.secret not in str(ApiKey.objects.filter(pk=key.pk).values())
    assert token.secret not in str(Entry.objects.values())
    assert [type(told).__name__ for told in published()] == ["KeyIssued"]


def test_nobody_issues_a_key_for_another_person(system_admin, grid_worker, at, refused):
    with refused("key_of_another"):
        actions.issue_key(actor=system_admin.actor, account=grid_worker.id, name="x", days=1, at=at)


def test_machines_get_keys_from_who_keeps_them(system_admin, grid_worker, at, refused):
    machine = a_machine()
    key = actions.issue_key(
        actor=system_admin.actor, account=machine.id, name="Bridge", days=1, at=at
    )
    assert (key.account_id, key.issued_by_id) == (machine.id, system_admin.id)
    with refused("key_of_another"):
        actions.issue_key(actor=grid_worker.actor, account=machine.id, name="Bridge", days=1, at=at)


def test_a_key_cannot_carry_what_its_account_lacks(grid_worker, at, refused):
    with refused("key_beyond_account") as said:
        make_key(grid_worker, at, capabilities=["calendar.set_day"])
    assert said.facts == {"capability": "calendar.set_day"}


def test_residents_get_no_keys(resident, at, refused):
    with refused("not_allowed"):
        make_key(resident, at)


def test_wrong_areas_and_endless_keys_are_refused(grid_worker, at, refused):
    with refused("key_area_wrong"):
        make_key(grid_worker, at, areas=["37*"])
    with refused("key_lasts_too_long"):
        make_key(grid_worker, at, days=900)


def test_a_key_of_another_cannot_be_revoked_nor_told_from_none(
    grid_worker, community_secretary, at, refused
):
    key = make_key(grid_worker, at)
    with refused("not_found"):
        actions.revoke_key(actor=community_secretary.actor, key=key, at=at)
    with refused("not_found", audited=False):
        selectors.key(community_secretary.actor, key.pk)
    assert list(selectors.keys(community_secretary.actor)) == []
    assert list(selectors.keys(grid_worker.actor)) == [key]


# In which area somebody keeps machines, and which of four keys they then see and revoke.
KEEPS = (
    (COUNTY, {"county", "street", "next street"}),
    (STREET, {"street"}),
    (NEXT_STREET, {"next street"}),
    ("990102", set()),
    ("", {"county", "street", "next street", "platform"}),
)


@pytest.mark.parametrize(("area", "theirs"), KEEPS)
def test_who_keeps_machines_sees_issues_and_revokes_keys_of_the_machines_of_the_area_alone(
    area, theirs, grid_worker, at, refused
):
    Account.objects.filter(pk=grid_worker.id).update(area=STREET)
    make_key(grid_worker, at)  # of a person: who watches over keys sees it
    areas = {"county": COUNTY, "street": STREET, "next street": NEXT_STREET, "platform": ""}
    keys = {name: make_account_key(a_machine(lies).account) for name, lies in areas.items()}
    keeper = cast.system_admin(area)
    assert set(selectors.keys(keeper.actor)) == {keys[name] for name in theirs}
    machines = [one.id for one in selectors.holders(keeper.actor) if one.machine]
    assert set(machines) == {keys[name].account_id for name in theirs}
    page = keeper.get("keys:new").content.decode()
    for name, key in keys.items():
        acts = {"actor": keeper.actor, "at": at}
        assert (str(key.account_id) in page) == (name in theirs)
        if name in theirs:
            actions.issue_key(account=key.account_id, name="Bridge", days=1, **acts)
            actions.revoke_key(key=key, **acts)
            continue
        with refused("key_of_another"):
            actions.issue_key(account=key.account_id, name="Bridge", days=1, **acts)
        with refused("not_found"):
            actions.revoke_key(key=key, **acts)
        assert keeper.post("keys:revocation", key.pk).status_code == 404
    gone = ApiKey.objects.filter(revoked_at__isnull=False)
    assert set(gone) == {keys[name] for name in theirs}


def test_who_watches_over_keys_sees_and_revokes_those_of_the_area_alone(
    grid_worker, system_admin, security_admin, at, refused
):
    machine = a_machine()
    Account.objects.filter(pk=grid_worker.id).update(area=COUNTY)
    key = make_key(grid_worker, at)
    bridge = actions.issue_key(
        actor=system_admin.actor, account=machine.id, name="Bridge", days=1, at=at
    )
    make_key(system_admin, at)  # of an account of the whole platform
    assert set(selectors.keys(security_admin.actor)) == {key, bridge}
    elsewhere = cast.security_admin("990102")
    assert list(selectors.keys(elsewhere.actor)) == []
    with refused("not_found"):
        actions.revoke_key(actor=elsewhere.actor, key=bridge, at=at)
    with refused("key_of_another"):
        actions.issue_key(
            actor=security_admin.actor, account=bridge.account_id, name="x", days=1, at=at
        )
    actions.revoke_key(actor=security_admin.actor, key=bridge, at=at)
    assert ApiKey.objects.get(pk=bridge.pk).revoked_at == at
    page = security_admin.get("keys:list", query={"lang": "en"}).content.decode()
    assert ("Revoked" in page, "In force" in page) == (True, True)


def test_a_key_past_its_day_is_not_shown_as_in_force(grid_worker, at):
    ApiKey.objects.filter(pk=make_key(grid_worker, at).pk).update(
        issued_at=at - timedelta(days=9), expires_at=at - timedelta(days=1)
    )
    page = grid_worker.get("keys:list", query={"lang": "en"}).content.decode()
    assert ("Expired" in page, "In force" in page) == (True, False)


def test_a_revoked_key_stays_revoked(grid_worker, at, refused):
    key = make_key(grid_worker, at)
    actions.revoke_key(actor=grid_worker.actor, key=key, at=at)
    with refused("key_revoked_already"):
        actions.revoke_key(actor=grid_worker.actor, key=key, at=at + timedelta(days=1))


def test_the_form_shows_the_key_once(grid_worker):
    answer = grid_worker.post("keys:new", data={**FORM, "account": str(grid_worker.id)})
    shown = re.search(r"lf_[A-Z0-9]{8}_[\w-]{43}", answer.content.decode())
    key = ApiKey.objects.get()
    assert read_token(shown.group()).fits(key.digest)
    assert (key.areas, key.capabilities, key.per_minute) == (["990101001", "990101002"], [], 60)
    assert "no-store" in answer["Cache-Control"]
    assert shown.group() not in grid_worker.get("keys:list").content.decode()


def test_the_form_says_what_is_wrong(grid_worker, county_leader):
    answer = grid_worker.post(
        "keys:new", data={**FORM, "account": str(county_leader.id), "days": "0"}
    )
    assert answer.status_code == 200
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_from_its_page(grid_worker, at):
    key = make_key(grid_worker, at)
    page = grid_worker.get("keys:revocation", key.pk)
    assert f"lf_{key.prefix}…" in page.content.decode()
    done = grid_worker.post("keys:revocation", key.pk)
    assert (done.status_code, done["Location"]) == (302, reverse("keys:list"))
    assert ApiKey.objects.get().revoked_at is not None


def test_the_list_of_keys_does_not_grow(grid_worker, at, grows):
    grows(lambda: make_key(grid_worker, at), lambda: grid_worker.get("keys:list"), many=20)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_reference_page_lists_every_operation(client, language):
    page = client.get(reverse("api_reference"), {"lang": language}).content.decode()
    for path, methods in api().get_openapi_schema()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page
    assert ("Sign in" in page) == (language == "en")


def test_the_openapi_document_is_public_and_names_the_key(client):
    document = client.get("/api/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["SignedIn"]["scheme"] == "bearer"
