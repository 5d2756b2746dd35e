from django.urls import path

from lifang.core.notify.web import views

app_name = "notify"
urlpatterns = [
    path("my/messages", views.inbox, name="inbox"),
    path("my/messages/reading", views.reading, name="reading"),
    path("my/notifications", views.notifications, name="notifications"),
    path("desk/outbox", views.outbox, name="outbox"),
]
