"""The one API: finds the contexts' routers and puts the edge before every operation."""

import time
from collections.abc import Callable
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from lifang.core.access import Refusal, Refused
from lifang.core.api import faults, watch
from lifang.core.api.body import HardParser, clean_query
from lifang.core.api.once import once
from lifang.core.api.rates import BUCKETS, Taken
from lifang.core.api.signing import SignedIn, sign

View = Callable[..., HttpResponseBase]
VERSION = "1.0"
_OWN = "lifang.core.api"


class LifangAPI(NinjaAPI):
    """Names of urls and operations carry their context, so two contexts never clash."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Written at the first question: it says the same to everybody."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._documents[prefix]

    def get_operation_url_name(self, operation: Operation, router: Router) -> str:
        return f"{_context(operation)}_{operation.view_func.__name__}"

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return f"{_context(operation)}.{operation.view_func.__name__}"


def _context(operation: Operation) -> str:
    parts = operation.view_func.__module__.split(".")
    return parts[2] if parts[1] == "core" else parts[1]


@cache
def api() -> LifangAPI:
    """Built once, after all apps are ready."""
    return build("api", routers())


def build(namespace: str, found: list[tuple[str, Router]]) -> LifangAPI:
    """An API of these routers, each below its label."""
    made = LifangAPI(
        title="lifang",
        version=VERSION,
        urls_namespace=namespace,
        docs_url=None,
        openapi_url="/openapi.json",
        auth=SignedIn(),
        parser=HardParser(),
    )
    faults.install(made)
    for label, router in found:
        made.add_router(f"/{label}/", router, tags=[label])
    return made


def routers() -> list[tuple[str, Router]]:
    """Each installed app's `api` module (or package) that has a `router`."""
    found = [("webhooks", import_module(f"{_OWN}.webhooks").router)]
    for app in apps.get_app_configs():
        if (
            not app.name.startswith("lifang.")
            or app.name == _OWN
            or not find_spec(f"{app.name}.api")
        ):
            continue
        router = getattr(import_module(f"{app.name}.api"), "router", None)
        if isinstance(router, Router):
            found.append((app.label, router))
    return found


def mounted(of: NinjaAPI) -> tuple[list[URLPattern], str, str]:
    """What `path("v1/", …)` takes: ninja's patterns behind the edge."""
    patterns, app_name, namespace = of.urls
    # Ninja reverses its root to know where it is; nobody else has anything to find there.
    behind = [
        URLPattern(
            each.pattern,
            nothing if each.name == "api-root" else edge(each.callback),
            each.default_args,
            each.name,
        )
        for each in patterns
        if isinstance(each, URLPattern)
    ]
    return behind, app_name, namespace


def edge(view: View) -> View:
    """Sign, count, check and repeat, before an operation sees the request."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        taken: Taken | None = None
        try:
            clean_query(request)
            signed = sign(request)
            if signed.bucket:
                taken = BUCKETS.take(signed.bucket, signed.per_minute, time.monotonic())
                taken.insist()
            made = _in_our_shape(request, once(request, lambda: view(request, *args, **kwargs)))
        except Refused as refused:
            made = faults.fault(request, refused.refusal)
        watch.noted(request, made)
        return taken.tell(made) if taken and isinstance(made, HttpResponse) else made

    return answered


def _in_our_shape(request: HttpRequest, made: HttpResponseBase) -> HttpResponseBase:
    if made.status_code == 405:
        shaped = faults.fault(request, Refusal("method_not_allowed"))
        shaped["Allow"] = made.headers.get("Allow", "")
        return shaped
    return made


@csrf_exempt
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Any other address below `/api/`: absent, in our shape."""
    return faults.fault(request, faults.NOT_FOUND)


__all__ = ["api", "build", "edge", "mounted", "nothing", "routers"]
