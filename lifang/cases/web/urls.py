"""Every page of cases; each door keeps its own list."""

from lifang.cases.web import urls_desk, urls_public, urls_screen

app_name = "cases"

urlpatterns = [*urls_public.urlpatterns, *urls_desk.urlpatterns, *urls_screen.urlpatterns]
