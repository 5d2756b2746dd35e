from django.urls import path, re_path

from lifang.core.api.router import mounted, nothing
from lifang.core.api.web.views import reference

patterns, app_name, namespace = mounted()
urlpatterns = [
    path("", reference, name="api_reference"),
    path("v1/", (patterns, app_name, namespace)),
    re_path(r"^(?P<rest>.*)$", nothing, name="api_nothing"),
]
del app_name, namespace  # the module itself has no namespace
