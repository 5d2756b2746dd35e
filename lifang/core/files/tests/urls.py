from django.urls import include, path

urlpatterns = [path("files/", include("lifang.core.files.urls"))]
