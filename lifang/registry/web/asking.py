"""One question, one act: the small pages of the register share their shape."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lifang.core.access import Actor, Refusal, insist

Done = tuple[Any, str]  # what is said, where to go


def may(actor: Actor, capability: str, area: str | None) -> None:
    """Whoever may not do it there reads that, before any question."""
    insist(None if actor.may(capability, area) else Refusal("not_allowed"))


def sent(request: HttpRequest) -> Any:
    """What a form is bound to."""
    return request.POST if request.method == "POST" else None


def ask(
    request: HttpRequest,
    form: Any,
    do: Callable[[Any], Done],
    *,
    heading: Any,
    go: Any,
    back: str,
    trail: tuple[tuple[Any, str], ...] = (),
    lead: Any = "",
    facts: list[tuple[Any, Any]] | None = None,
    confirm: Any = "",
    icon: str = "check",
    chart: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show the question; do the act and go on; a refusal stands at its field."""
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            said, url = do(form)
            messages.success(request, said)
            return redirect(url)
    context = {
        "form": form, "heading": heading, "go": go, "back": back, "trail": trail, "lead": lead, "facts": facts or [],
        "confirm": confirm, "go_icon": icon, "map": chart,
    }  # fmt: skip
    return render(request, "registry/desk/ask.html", context, status=422 if form.errors else 200)
