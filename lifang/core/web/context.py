from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest

from lifang.core.site import site
from lifang.core.web.nav import Nav

IDLE, REST = 60, 30  # seconds without a touch until a kiosk asks, and then until it clears


def door_of(path: str) -> str:
    """Which of the five doors an address belongs to."""
    first = path.strip("/").split("/", 1)[0]
    return first if first in ("my", "desk", "kiosk", "screen") else "public"


def page(request: HttpRequest) -> dict[str, Any]:
    """What every door template needs: the site, the door and its navigation."""
    door = door_of(request.path)
    return {
        "site": site(),
        "door": door,
        "nav": Nav(request, door),
        "messages": get_messages(request),
        "kiosk_seconds": {"idle": IDLE, "rest": REST},
    }
