from lifang.cases.web import urls_public

app_name = "cases"

urlpatterns = [*urls_public.urlpatterns]
