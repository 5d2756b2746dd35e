from django.urls import path

from lifang.sensing.web import (
    fire_pages,
    recording_pages,
    review_pages,
    rule_pages,
    vigil_pages,
    walls,
)

ALARMS, RULES = "desk/alarms", "desk/alarm-rules"

urlpatterns = [
    path(ALARMS, walls.wall, name="wall"),
    path(f"{ALARMS}/all", walls.alarms, name="alarms"),
    path(f"{ALARMS}/map", walls.on_map, name="alarm_map"),
    path(f"{ALARMS}/points", walls.points, name="alarm_points"),
    path(f"{ALARMS}/figures", rule_pages.figures, name="figures"),
    path(f"{ALARMS}/<uuid:pk>", walls.alarm, name="alarm"),
    path(f"{ALARMS}/<uuid:pk>/acknowledgement", walls.acknowledgement, name="acknowledgement"),
    path(f"{ALARMS}/<uuid:pk>/reset", walls.reset, name="alarm_reset"),
    path(f"{ALARMS}/<uuid:pk>/contact", walls.contact, name="contact"),
    path(f"{ALARMS}/<uuid:pk>/fire", fire_pages.handing, name="fire"),
    path(f"{ALARMS}/fire/<uuid:pk>/answer", fire_pages.answer, name="fire_answer"),
    path(f"{ALARMS}/<uuid:pk>/recordings", recording_pages.recordings, name="recordings"),
    path(
        f"{ALARMS}/<uuid:pk>/recordings/<uuid:one>/<slug:part>",
        recording_pages.recording,
        name="recording",
    ),
    path(f"{ALARMS}/<uuid:pk>/verdict", walls.verdict, name="verdict"),
    path(f"{ALARMS}/<uuid:pk>/shelf", walls.shelf, name="shelf"),
    path(f"{ALARMS}/<uuid:pk>/unshelving", walls.unshelving, name="unshelving"),
    path(f"{ALARMS}/<uuid:pk>/note", walls.note, name="note"),
    path(f"{ALARMS}/reviews", review_pages.reviews, name="reviews"),
    path(f"{ALARMS}/reviews/<uuid:pk>", review_pages.review, name="review"),
    path(RULES, rule_pages.rules, name="rules"),
    path(f"{RULES}/<slug:key>", rule_pages.rule, name="rule"),
    path(f"{RULES}/<slug:key>/preview", rule_pages.preview, name="rule_preview"),
    path(f"{RULES}/<slug:key>/history", rule_pages.backtest, name="backtest"),
    path(
        f"{RULES}/<slug:key>/<int:number>/publication", rule_pages.publication, name="publication"
    ),
    path(f"{RULES}/<slug:key>/<int:number>/retirement", rule_pages.retirement, name="retirement"),
    path("desk/vigils", vigil_pages.board, name="vigils"),
    path("desk/vigils/new", vigil_pages.begin, name="vigil_begin"),
    path("vigils/<uuid:pk>/contacts", vigil_pages.contacts, name="vigil_contacts"),
    path("vigils/<uuid:pk>/absence", vigil_pages.absence, name="absence"),
    path("my/devices/for/<uuid:person>", vigil_pages.absence_for, name="absence_for"),
    path("vigils/<uuid:pk>/homecoming", vigil_pages.homecoming, name="homecoming"),
    path("vigils/<uuid:pk>/ending", vigil_pages.ending, name="vigil_ending"),
    path("my/devices", vigil_pages.mine, name="my_devices"),
]
