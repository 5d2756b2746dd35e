"""What a table offers: acts on chosen rows, and what to do where there are none."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Empty:
    """Why there is nothing, and what to do: `act` is (label, url name or address)."""

    title: Any
    reason: Any = ""
    act: tuple[Any, str] | None = None
    icon: str = "mood-empty"

    @property
    def url(self) -> str:
        if self.act is None:
            return ""
        return self.act[1] if self.act[1].startswith("/") else reverse(self.act[1])


@dataclass(frozen=True)
class Bulk:
    """An act on the chosen rows, sent to `url_name` by POST."""

    key: str
    label: Any
    url_name: str
    icon: str = "checks"
    capability: str = ""
    confirm: Any = ""

    @property
    def url(self) -> str:
        return self.url_name if self.url_name.startswith("/") else reverse(self.url_name)
