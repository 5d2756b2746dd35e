"""Alarms for other systems: what is told, what is taken, and CAP 1.2."""

from datetime import timedelta
from uuid import uuid4
from xml.etree.ElementTree import fromstring

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.hostile import sample
from lifang.core.testing.proofs import grows
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.models import Alarm
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def fire(**more) -> Alarm:
    series = make_series(make_device(type="smoke", **more), "smoke")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, 1)], known_of(series), MONDAY)
        return Alarm.objects.get(device=series.device)


@pytest.mark.covers("S2-07", "S0-23")
def test_an_alarm_is_listed_answered_and_judged_by_another_system(grid_worker):
    alarm = fire()
    listed = grid_worker.get("api:sensing_list_alarms", query={"show": "open", "area": GRID}).json()
    assert [(one["id"], one["rule"], one["life"]) for one in listed["items"]] == [(str(alarm.pk), "smoke", True)]  # fmt: skip
    done = grid_worker.send("POST", "api:sensing_acknowledge", alarm.pk, json={"note": "在路上"})
    assert done.json()["acknowledged_at"]
    again = grid_worker.send("POST", "api:sensing_acknowledge", alarm.pk, json={})
    assert (again.status_code, again.json()["reason"]) == (409, "alarm_acknowledged")
    done = grid_worker.send("POST", "api:sensing_judge", alarm.pk, json={"verdict": "real"})
    assert done.json()["verdict"] == "real"
    assert grid_worker.get("api:sensing_list_alarms", query={"show": "open"}).json()["items"] == []


def test_an_alarm_is_shelved_for_a_shift_at_most_and_only_by_whoever_may(community_secretary, grid_worker):  # fmt: skip
    alarm = fire()
    long, short = MONDAY + timedelta(days=400), MONDAY + timedelta(hours=2)
    refused = community_secretary.send("POST", "api:sensing_shelve", alarm.pk, json={"until": long.isoformat(), "why": "x"})  # fmt: skip
    assert refused.json()["reason"] == "shelf_too_long"
    not_hers = grid_worker.send("POST", "api:sensing_shelve", alarm.pk, json={"until": short.isoformat(), "why": "x"})  # fmt: skip
    assert not_hers.status_code == 403


def test_one_alarm_as_cap_says_what_where_how_bad_and_no_name(grid_worker):
    alarm = fire(lon=120.5, lat=30.25)
    answer = grid_worker.get("api:sensing_cap", alarm.pk)
    assert answer["Content-Type"] == "application/cap+xml"
    root = fromstring(answer.content)
    order = [one.tag.removeprefix(CAP) for one in root]
    assert order[:7] == ["identifier", "sender", "sent", "status", "msgType", "scope", "restriction"]  # fmt: skip
    infos = root.findall(f"{CAP}info")
    assert [one.findtext(f"{CAP}language") for one in infos] == ["zh-CN", "en-GB"]
    first = infos[0]
    assert (first.findtext(f"{CAP}category"), first.findtext(f"{CAP}severity")) == ("Fire", "Extreme")  # fmt: skip
    assert first.findtext(f"{CAP}area/{CAP}circle") == "30.25,120.5 0.05"
    assert not (root.findtext(f"{CAP}sent") or "").endswith("Z")


def test_the_map_has_what_is_open_and_life_first(grid_worker, stranger):
    fire(lon=120.5, lat=30.25)
    fire()  # stands nowhere
    found = grid_worker.get("sensing:alarm_points").json()["features"]
    assert [(one["geometry"]["coordinates"], one["properties"]["state"]) for one in found] == [([120.5, 30.25], "danger")]  # fmt: skip
    assert stranger.get("sensing:alarm_points").json()["features"] == []
    grows(lambda: fire(lon=120.5, lat=30.25), lambda: grid_worker.get("sensing:alarm_points"))
    grows(fire, lambda: grid_worker.get("api:sensing_list_alarms"))


def test_hostile_words_are_refused_in_a_sentence(grid_worker):
    alarm = fire()
    for one in sample(30, "alarm api"):
        for name, body in (("api:sensing_acknowledge", {"note": one.text}), ("api:sensing_judge", {"verdict": one.text})):  # fmt: skip
            assert grid_worker.send("POST", name, alarm.pk, json=body).status_code in (200, 400, 409, 422)  # fmt: skip
        asked = grid_worker.get("api:sensing_list_alarms", query={"rule": one.text, "area": one.text})  # fmt: skip
        assert asked.status_code in (200, 400, 422)
    assert grid_worker.get("api:sensing_one_alarm", uuid4()).status_code == 404
