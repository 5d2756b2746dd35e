from django.urls import path

from lifang.registry.web import asked, homes, own, people, todos

app_name = "registry"

urlpatterns = [
    path("desk/registry", people.people, name="people"),
    path("desk/registry/people/<uuid:pk>", people.person, name="person"),
    path("desk/registry/people/<uuid:pk>/history/<str:element>", people.history, name="history"),
    path("desk/registry/people/<uuid:pk>/look/<str:element>", people.look, name="look"),
    path("desk/registry/households/<uuid:pk>", homes.household, name="household"),
    path("desk/registry/households/<uuid:pk>/visit", homes.visit, name="visit"),
    path("desk/registry/places", homes.places, name="places"),
    path("desk/registry/places/<uuid:pk>", homes.place, name="place"),
    path("desk/registry/asked", asked.asked, name="asked"),
    path("desk/registry/visits", homes.visits, name="visits"),
    path("desk/registry/corrections/<uuid:pk>", todos.correction, name="correction"),
    path(
        "desk/registry/corrections/<uuid:pk>/reading",
        todos.correction_reading,
        name="correction_reading",
    ),
    path(
        "desk/registry/corrections/<uuid:pk>/verification",
        todos.correction_verification,
        name="correction_verification",
    ),
    path(
        "desk/registry/corrections/<uuid:pk>/refusal",
        todos.correction_refusal,
        name="correction_refusal",
    ),
    path("desk/registry/missed/<uuid:pk>", todos.missed, name="missed"),
    path("desk/registry/missed/<uuid:pk>/reason", todos.missed_reason, name="missed_reason"),
    path("my/record", own.record, name="record"),
    path("my/record/<str:element>/correction", own.correction, name="wish"),
    path(
        "my/record/corrections/<uuid:pk>/withdrawal",
        own.correction_withdrawal,
        name="wish_withdrawal",
    ),
    path(
        "my/record/consents/<uuid:pk>/withdrawal",
        own.consent_withdrawal,
        name="consent_withdrawal",
    ),
]
