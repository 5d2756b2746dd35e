"""Beside the sighting of a large dog: which are registered nearby, and the way to their keepers."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from lifang.core.access import Actor
from lifang.registry import selectors as registry
from lifang.registry.catalogue import DOG_RULES, policy
from lifang.sensing.models import Alarm
from lifang.sensing.terms import DOG


def nearby(actor: Actor, alarm: Alarm, today: date) -> dict[str, Any] | None:
    """Only of dogs the reader sees in the register; a distance, never an address."""
    if alarm.hazard != DOG:
        return None
    stands = next((one for one in (alarm.device, alarm.place) if one and one.lon is not None), None)
    found = registry.dogs_near(actor, alarm.area, stands.lon, stands.lat, today) if stands and stands.lon and stands.lat else []  # fmt: skip
    lines = [
        {
            "url": reverse("registry:thing", args=["dogs", one.dog.pk]), "name": one.dog.name, "breed": one.dog.breed,
            "keeper": one.keeper.name, "metres": one.metres, "rules": [DOG_RULES[key].name for key in one.rules if key in DOG_RULES],
        }
        for one in found
    ]  # fmt: skip
    road = alarm.device.position or alarm.device.name if alarm.device else ""
    may = actor.may("registry.notify_keepers", alarm.area)
    asked = urlencode({"area": alarm.area[:12], "large": "1", "road": road[:120]})
    return {
        "lines": lines, "metres": policy("dog_near_metres"), "placed": stands is not None,
        "notices": f"{reverse('registry:dog_notice_new')}?{asked}" if may else "",
    }  # fmt: skip
