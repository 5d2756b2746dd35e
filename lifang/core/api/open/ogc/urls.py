from django.urls import path, re_path

from lifang.core.api.open.ogc import views

app_name = "ogc"
urlpatterns = [
    re_path(r"^ogc/?$", views.landing, name="landing"),
    path("ogc/api", views.api, name="api"),
    path("ogc/conformance", views.conformance, name="conformance"),
    path("ogc/collections", views.collections, name="collections"),
    path("ogc/collections/<slug:key>", views.collection, name="collection"),
    path("ogc/collections/<slug:key>/items", views.items, name="items"),
    path("ogc/collections/<slug:key>/items/<str:pk>", views.item, name="item"),
]
