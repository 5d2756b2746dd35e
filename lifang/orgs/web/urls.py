from django.urls import path

from lifang.orgs.web import public
from lifang.orgs.web.desk import areas, calendar, people, sights, standing, units

app_name = "orgs"

urlpatterns = [
    path("areas/", public.communities, name="communities"),
    path("areas/<str:code>", public.community, name="community"),
    path("areas/<str:code>/shapes", public.shapes, name="shapes"),
    path("areas/<str:code>/faults", public.faults, name="faults"),
    path("desk/areas", areas.areas, name="areas"),
    path("desk/areas/<str:code>", areas.area, name="area"),
    path("desk/areas/<str:code>/parts", areas.parts, name="parts"),
    path("desk/areas/<str:code>/outline", areas.outline, name="outline"),
    path("desk/areas/<str:code>/outlines", areas.outlines, name="outlines"),
    path("desk/areas/<str:code>/list", areas.takeover, name="takeover"),
    path("desk/areas/<str:code>/retirement", areas.retirement, name="retirement"),
    path("desk/units", units.units, name="units"),
    path("desk/units/new", units.new_unit, name="new_unit"),
    path("desk/units/<uuid:pk>", units.unit, name="unit"),
    path("desk/units/<uuid:pk>/change", units.change_unit, name="change_unit"),
    path("desk/units/<uuid:pk>/closure", units.close_unit, name="close_unit"),
    path("desk/duties", units.duties, name="duties"),
    path("desk/duties/ends", units.duty_ends, name="duty_ends"),
    path("desk/calendar", calendar.calendar, name="calendar"),
    path("desk/calendar/<int:year>", calendar.year, name="calendar_year"),
    path("desk/calendar/<int:year>/notice", calendar.notice, name="calendar_notice"),
    path("desk/calendar/<str:date>", calendar.day, name="calendar_day"),
    path("desk/calendar/<str:date>/end", calendar.day_ends, name="calendar_day_ends"),
    path("desk/postings", people.postings, name="postings"),
    path("desk/postings/new", people.new_posting, name="new_posting"),
    path("desk/postings/ends", people.posting_ends, name="posting_ends"),
    path("desk/postings/<uuid:pk>/deputy", standing.new_deputy, name="new_deputy"),
    path("desk/deputies", standing.deputies, name="deputies"),
    path("desk/deputies/ends", standing.deputy_ends, name="deputy_ends"),
    path("desk/roster", standing.roster, name="roster"),
    path("desk/roster/new", standing.new_watch, name="new_watch"),
    path("desk/roster/drops", standing.watch_drops, name="watch_drops"),
    path("desk/sights", sights.ask, name="sights"),
    path("desk/sights/<slug:kind>/<uuid:pk>", sights.sights, name="sights_of"),
    path("desk/people", people.people, name="people"),
]
