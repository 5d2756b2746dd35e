from django.urls import path, re_path

from lifang.sensing.web import reception_pages as pages

FILES = "desk/receptions"
_PK = r"(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path(FILES, pages.receptions, name="receptions"),
    path(f"{FILES}/new", pages.ask, name="reception_ask"),
    path(f"{FILES}/<uuid:pk>", pages.reception, name="reception"),
    path(f"{FILES}/<uuid:pk>/key", pages.key, name="reception_key"),
    re_path(
        rf"^{FILES}/{_PK}/(?P<word>approval|refusal|suspension|resumption|end)$",
        pages.decision,
        name="reception_decision",
    ),
    path(f"{FILES}/filings/<uuid:pk>", pages.filing, name="filing"),
    path("desk/alarms/<uuid:pk>/match", pages.match, name="match"),
]
