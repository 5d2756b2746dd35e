"""Every door, in one place."""

from django.urls import include, path

from lifang.boot.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/", include("lifang.core.api.urls")),  # first: found without trying every page
    path("feeds/", include("lifang.cases.api.feeds")),
    path("sta/", include("lifang.sensing.api.things.urls")),
    path("open311/", include("lifang.cases.api.open311.urls")),
    path("", include("lifang.cases.web.urls")),  # next: asked for most
    path("", include("lifang.core.web.urls")),
    path("", include("lifang.core.accounts.urls")),
    path("", include("lifang.core.audit.urls")),
    path("files/", include("lifang.core.files.urls")),
    path("", include("lifang.core.notify.urls")),
    path("", include("lifang.core.sheets.urls")),
    path("", include("lifang.core.pay.urls")),
    path("", include("lifang.core.scan.urls")),
    path("", include("lifang.orgs.web.urls")),
    path("", include("lifang.registry.web.urls")),
    path("", include("lifang.living.web.urls")),
    path("", include("lifang.sensing.web.urls")),
    path("", include("lifang.affairs.web.urls")),
    path("", include("lifang.exchange.web.urls")),
    path("", include("lifang.core.api.open.ogc.urls")),
    path("desk/", include("lifang.core.offline.web.urls")),
    path("desk/keys/", include("lifang.core.api.web.urls")),
]

handler400 = "lifang.core.web.errors.bad_request"
handler403 = "lifang.core.web.errors.forbidden"
handler404 = "lifang.core.web.errors.not_found"
handler500 = "lifang.boot.health.broken"
