from django.urls import path, re_path

from lifang.cases.web import screen

AREA = r"(?P<code>[0-9]{6,15})"

urlpatterns = [
    path("screen/cases", screen.home, name="screen"),
    re_path(rf"^screen/{AREA}$", screen.area, name="screen_area"),
    re_path(rf"^screen/{AREA}/areas$", screen.areas, name="screen_areas"),
    re_path(rf"^screen/{AREA}/points$", screen.points, name="screen_points"),
]
