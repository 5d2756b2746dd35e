"""Legal holds on a case, on its own page."""

from typing import Any

from django.http import HttpRequest

from lifang.core.retention.shown import Filling, holds_on
from lifang.core.web.panels import panel


@panel("cases.case.aside", order=95)
def of_case(request: HttpRequest, case: Any) -> Filling:
    return holds_on(request, "case", case)
