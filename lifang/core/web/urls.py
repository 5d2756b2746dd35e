from django.urls import path

from lifang.core.web import gallery, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("help", views.help_page, name="help"),
    path("elder", views.elder, name="elder"),
    path("my", views.my, name="my"),
    path("desk", views.desk, name="desk"),
    path("desk/search", views.desk_search, name="desk_search"),
    path("screen", views.screen, name="screen"),
    path("kiosk", views.kiosk, name="kiosk"),
    path("gallery", gallery.gallery, name="gallery"),
    path("gallery/<slug:name>", gallery.part, name="gallery_part"),
]
