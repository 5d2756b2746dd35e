from django.urls import path, re_path

from lifang.sensing.web import (
    admissions,
    alarm_urls,
    cameras,
    devices,
    network_pages,
    quarantine,
    reception_urls,
    safety_pages,
    site_pages,
    tour_pages,
    works_pages,
)

app_name = "sensing"
DESK = "desk/devices"
_WORDS = "service|rest|waking|retirement|installation|registration|description|removal|release|events|command"
_PK = r"(?P<pk>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path(DESK, devices.devices, name="devices"),
    path(f"{DESK}/new", devices.new, name="new"),
    path(f"{DESK}/map", devices.on_map, name="map"),
    path(f"{DESK}/points", devices.points, name="points"),
    path(f"{DESK}/coverage", devices.coverage, name="coverage"),
    path(f"{DESK}/quarantine", quarantine.quarantine, name="quarantine"),
    path(f"{DESK}/quarantine/<uuid:pk>", quarantine.poison, name="poison"),
    path(f"{DESK}/quarantine/<uuid:pk>/replay", quarantine.replay, name="replay"),
    path(f"{DESK}/admissions", admissions.admissions, name="admissions"),
    path(f"{DESK}/admissions/new", admissions.ask, name="ask"),
    path(f"{DESK}/admissions/<uuid:pk>", admissions.admission, name="admission"),
    path(f"{DESK}/admissions/<uuid:pk>/devices", admissions.binding, name="binding"),
    re_path(
        rf"^{DESK}/admissions/{_PK}/(?P<word>acceptance|refusal|end)$",
        admissions.decision,
        name="decision",
    ),
    path(f"{DESK}/cameras", cameras.cameras, name="cameras"),
    path(f"{DESK}/cameras/list", cameras.camera_list, name="camera_list"),
    path(f"{DESK}/works", works_pages.ledger, name="works"),
    path(f"{DESK}/works/new", works_pages.new, name="works_new"),
    path(f"{DESK}/works/<uuid:pk>", works_pages.work, name="work"),
    path(f"{DESK}/works/<uuid:pk>/devices", works_pages.filling, name="works_devices"),
    path(f"{DESK}/works/<uuid:pk>/check", works_pages.check, name="works_check"),
    path(f"{DESK}/tours", tour_pages.tours, name="tours"),
    path(f"{DESK}/tours/new", tour_pages.new, name="tour_new"),
    path(f"{DESK}/tours/<uuid:pk>", tour_pages.tour, name="tour"),
    path("networks/<str:area>", network_pages.public, name="public_networks"),
    path(f"{DESK}/networks", network_pages.networks, name="networks"),
    path(f"{DESK}/networks/<str:area>", network_pages.community, name="network"),
    path(f"{DESK}/networks/<str:area>/new", network_pages.new, name="network_new"),
    path("sites", site_pages.public, name="public_sites"),
    path("sites/<uuid:pk>/board", site_pages.board, name="site_board"),
    path(f"{DESK}/sites", site_pages.sites, name="sites"),
    path(f"{DESK}/sites/new", site_pages.new, name="site_new"),
    path(f"{DESK}/sites/<uuid:pk>", site_pages.site, name="site"),
    re_path(
        rf"^{DESK}/sites/{_PK}/(?P<word>description|devices|closure)$",
        site_pages.act,
        name="site_act",
    ),
    path("safety", safety_pages.public, name="safety"),
    path("desk/safety", safety_pages.board, name="safety_board"),
    path("desk/safety/new", safety_pages.new, name="safety_new"),
    path("desk/safety/<uuid:pk>", safety_pages.notice, name="safety_notice"),
    path(f"{DESK}/<uuid:pk>", devices.device, name="device"),
    path(f"{DESK}/<uuid:pk>/key", devices.key, name="key"),
    re_path(rf"^{DESK}/{_PK}/(?P<word>{_WORDS})$", devices.act, name="act"),
    *alarm_urls.urlpatterns,
    *reception_urls.urlpatterns,
]
