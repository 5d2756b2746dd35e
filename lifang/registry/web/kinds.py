"""What can be known of: how each kind of thing is found, named and reached on the desk."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.access import Actor
from lifang.registry import selectors
from lifang.registry.catalogue import ELEMENTS, Element
from lifang.registry.web import shown


class Kind(NamedTuple):
    """A kind of thing as its address names it."""

    slug: str
    subject: str
    get: Callable[[Actor, UUID], Any]
    url_name: str
    title: Callable[[Any], str]

    def url(self, row: Any) -> str:
        args = [row.pk] if self.slug in PAGES else [self.slug, row.pk]
        return reverse(self.url_name, args=args)


PAGES = ("people", "households", "places")  # with a page of their own; the others share one
KINDS = {
    one.slug: one
    for one in (
        Kind("people", "person", selectors.person, "registry:person", lambda row: str(row.name)),
        Kind("households", "household", selectors.household, "registry:household", shown.door),
        Kind("places", "place", selectors.own_place, "registry:place", lambda row: row.address or row.name),
        Kind("vehicles", "vehicle", selectors.vehicle, "registry:thing", str),
        Kind("dogs", "dog", selectors.dog, "registry:thing", str),
        Kind("organisations", "organisation", selectors.organisation, "registry:thing", str),
        Kind("facilities", "facility", selectors.facility, "registry:thing", str),
    )
}  # fmt: skip
NAMES = {
    "vehicles": _("Vehicles"),
    "dogs": _("Dogs"),
    "organisations": _("Organisations"),
    "facilities": _("Facilities"),
}


def kind_of(slug: str) -> Kind:
    """By the word of an address; one that is none is not found."""
    if slug not in KINDS:
        raise Http404
    return KINDS[slug]


def element_of(kind: Kind, key: str) -> Element:
    """A data element of this kind of thing."""
    spec = ELEMENTS.get(key)
    if spec is None or spec.of != kind.subject:
        raise Http404
    return spec
