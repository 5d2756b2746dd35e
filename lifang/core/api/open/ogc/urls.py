from django.urls import path, re_path

from lifang.core.api.open.ogc import views

app_name = "ogc"
urlpatterns = [
    re_path(r"^/?$", views.landing, name="landing"),
    path("/api", views.api, name="api"),
    path("/conformance", views.conformance, name="conformance"),
    path("/collections", views.collections, name="collections"),
    path("/collections/<slug:key>", views.collection, name="collection"),
    path("/collections/<slug:key>/items", views.items, name="items"),
    path("/collections/<slug:key>/items/<str:pk>", views.item, name="item"),
]
