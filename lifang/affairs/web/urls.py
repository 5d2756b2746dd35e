"""Every page of affairs."""

from django.urls import path

from lifang.affairs.web import guides

app_name = "affairs"

urlpatterns = [
    path("affairs", guides.guides, name="guides"),
    path("affairs/cards", guides.cards, name="cards"),
    path("affairs/<slug:key>", guides.guide, name="guide"),
    path("affairs/<slug:key>/card", guides.card, name="card"),
    path("affairs/<slug:key>/code.svg", guides.code, name="guide_code"),
]
