from django.urls import path, re_path

from lifang.exchange.web import systems

app_name = "exchange"
DESK = "desk/systems"
_PK = r"(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path(DESK, systems.systems, name="systems"),
    path(f"{DESK}/new", systems.ask, name="ask"),
    path(f"{DESK}/<uuid:pk>", systems.system, name="system"),
    path(f"{DESK}/<uuid:pk>/renewal", systems.renewal, name="renewal"),
    path(f"{DESK}/<uuid:pk>/test-key", systems.test_key, name="test_key"),
    re_path(rf"^{DESK}/{_PK}/(?P<word>approval|refusal|end)$", systems.decision, name="decision"),
]
