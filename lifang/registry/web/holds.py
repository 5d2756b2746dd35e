"""Legal holds on a person or a household, on their own pages."""

from typing import Any

from django.http import HttpRequest

from lifang.core.retention.shown import Filling, holds_on
from lifang.core.web.panels import panel


@panel("registry.person.aside", order=90)
def of_person(request: HttpRequest, person: Any) -> Filling:
    return holds_on(request, "person", person)


@panel("registry.household.aside", order=90)
def of_household(request: HttpRequest, household: Any) -> Filling:
    return holds_on(request, "household", household)
