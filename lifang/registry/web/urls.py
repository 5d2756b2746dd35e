from django.urls import path

from lifang.registry.web import (
    arrival,
    asked,
    callups,
    dog_pages,
    doubles,
    expiring,
    grids,
    groups,
    homes,
    moves,
    own,
    people,
    restricted,
    things,
    todos,
    values,
)

app_name = "registry"
DESK = "desk/registry"

urlpatterns = [
    path(DESK, people.people, name="people"),
    path(f"{DESK}/people/<uuid:pk>", people.person, name="person"),
    path(f"{DESK}/people/<uuid:pk>/groups/new", groups.tag, name="tag"),
    path(f"{DESK}/groups/<uuid:pk>/end", groups.tag_end, name="tag_end"),
    path(f"{DESK}/groups/<uuid:pk>/review", groups.tag_review, name="tag_review"),
    path(f"{DESK}/people/<uuid:pk>/restriction", restricted.enter, name="restrict"),
    path(f"{DESK}/restricted", restricted.groups, name="restricted"),
    path(f"{DESK}/restricted/<slug:group>", restricted.group, name="restricted_group"),
    path(f"{DESK}/restricted/records/<uuid:pk>/end", restricted.end, name="restricted_end"),
    path(
        f"{DESK}/restricted/records/<uuid:pk>/review", restricted.review, name="restricted_review"
    ),
    path(
        f"{DESK}/restricted/records/<uuid:pk>/viewers",
        restricted.viewers,
        name="restricted_viewers",
    ),
    path(f"{DESK}/doubles", doubles.doubles, name="doubles"),
    path(f"{DESK}/people/<uuid:pk>/merge/<uuid:other>", doubles.merge, name="merge"),
    path(f"{DESK}/merges/<uuid:pk>/undoing", doubles.merge_undoing, name="merge_undoing"),
    path(f"{DESK}/arrivals/new", arrival.begin, name="arrive"),
    path(f"{DESK}/arrivals/<slug:step>", arrival.step, name="arrival"),
    path(f"{DESK}/households/<uuid:pk>", homes.household, name="household"),
    path(f"{DESK}/households/<uuid:pk>/visit", homes.visit, name="visit"),
    path(f"{DESK}/households/<uuid:pk>/parting", moves.parting, name="parting"),
    path(f"{DESK}/households/<uuid:pk>/union", moves.union, name="union"),
    path(f"{DESK}/unions/<uuid:pk>/undoing", moves.union_undoing, name="union_undoing"),
    path(f"{DESK}/members/<uuid:pk>/departure", moves.departure, name="departure"),
    path(f"{DESK}/members/<uuid:pk>/head", moves.head, name="head"),
    path(f"{DESK}/members/<uuid:pk>/renewal", moves.renewal, name="renewal"),
    path(f"{DESK}/places", homes.places, name="places"),
    path(f"{DESK}/places/<uuid:pk>", homes.place, name="place"),
    path(f"{DESK}/asked", asked.asked, name="asked"),
    path(f"{DESK}/visits", homes.visits, name="visits"),
    path(f"{DESK}/expiring", expiring.expiring, name="expiring"),
    path(f"{DESK}/outdated", expiring.outdated, name="outdated"),
    path(f"{DESK}/reminders/<uuid:pk>", expiring.reminder, name="reminder"),
    path(f"{DESK}/coverage", grids.coverage, name="coverage"),
    path(f"{DESK}/coverage/shapes", grids.coverage_shapes, name="coverage_shapes"),
    path(f"{DESK}/grids/<str:area>", grids.grid, name="grid"),
    path(f"{DESK}/corrections/<uuid:pk>", todos.correction, name="correction"),
    path(
        f"{DESK}/corrections/<uuid:pk>/reading", todos.correction_reading, name="correction_reading"
    ),
    path(
        f"{DESK}/corrections/<uuid:pk>/verification",
        todos.correction_verification,
        name="correction_verification",
    ),
    path(
        f"{DESK}/corrections/<uuid:pk>/refusal", todos.correction_refusal, name="correction_refusal"
    ),
    path(f"{DESK}/missed/<uuid:pk>", todos.missed, name="missed"),
    path(f"{DESK}/missed/<uuid:pk>/visit", todos.missed_visit, name="missed_visit"),
    path(f"{DESK}/missed/<uuid:pk>/reason", todos.missed_reason, name="missed_reason"),
    path(f"{DESK}/ties/<uuid:pk>/end", things.tie_end, name="tie_end"),
    path(f"{DESK}/facilities/<uuid:pk>/position", things.position, name="position"),
    path(f"{DESK}/callups", callups.calls, name="callups"),
    path(f"{DESK}/callups/<uuid:pk>", callups.sent_call, name="callup"),
    path(f"{DESK}/callups/called/<uuid:pk>/answer", callups.noted, name="call_note"),
    path(f"{DESK}/dogs/notices", dog_pages.notices, name="dog_notices"),
    path(f"{DESK}/dogs/notices/new", dog_pages.preview, name="dog_notice_new"),
    path(f"{DESK}/dogs/notices/<uuid:pk>", dog_pages.notice, name="dog_notice"),
    path(f"{DESK}/dogs/<uuid:pk>/end", dog_pages.end, name="dog_end"),
    path(f"{DESK}/<slug:kind>/<uuid:pk>/look/<str:element>", people.look, name="look"),
    path(f"{DESK}/<slug:kind>/<uuid:pk>/history/<str:element>", values.history, name="history"),
    path(f"{DESK}/<slug:kind>/<uuid:pk>/values/<str:element>", values.value, name="value"),
    path(f"{DESK}/<slug:kind>/<uuid:pk>/ties/new", things.tie, name="tie"),
    path(f"{DESK}/<slug:kind>", things.things, name="things"),
    path(f"{DESK}/<slug:kind>/new", things.add, name="add"),
    path(f"{DESK}/<slug:kind>/<uuid:pk>", things.thing, name="thing"),
    path("my/calls/<uuid:pk>", callups.own, name="call"),
    path("my/record", own.record, name="record"),
    path("my/record/<str:element>/correction", own.correction, name="wish"),
    path(
        "my/record/corrections/<uuid:pk>/withdrawal",
        own.correction_withdrawal,
        name="wish_withdrawal",
    ),
    path(
        "my/record/consents/<uuid:pk>/withdrawal", own.consent_withdrawal, name="consent_withdrawal"
    ),
]
