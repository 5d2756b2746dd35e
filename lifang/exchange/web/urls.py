from django.urls import path, re_path

from lifang.exchange.web import applying, systems

app_name = "exchange"
DESK = "desk/systems"
_PK = r"(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

DOOR = "connect"

urlpatterns = [
    path(DOOR, applying.door, name="door"),
    path(f"{DOOR}/new", applying.apply, name="apply"),
    path(f"{DOOR}/<uuid:pk>", applying.own, name="own"),
    path(f"{DOOR}/<uuid:pk>/test-key", applying.own_test_key, name="own_test_key"),
    path(f"{DOOR}/<uuid:pk>/withdrawal", applying.withdrawal, name="withdrawal"),
    path(DESK, systems.systems, name="systems"),
    path(f"{DESK}/new", systems.ask, name="ask"),
    path(f"{DESK}/<uuid:pk>", systems.system, name="system"),
    path(f"{DESK}/<uuid:pk>/renewal", systems.renewal, name="renewal"),
    path(f"{DESK}/<uuid:pk>/test-key", systems.test_key, name="test_key"),
    re_path(
        rf"^{DESK}/{_PK}/(?P<word>opening|approval|refusal|end)$", systems.decision, name="decision"
    ),
]
