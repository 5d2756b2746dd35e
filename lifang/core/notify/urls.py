from django.urls import path

from lifang.core.notify.web import hooks, views

app_name = "notify"
urlpatterns = [
    path("my/messages", views.inbox, name="inbox"),
    path("my/messages/reading", views.reading, name="reading"),
    path("my/notifications", views.notifications, name="notifications"),
    path("desk/outbox", views.outbox, name="outbox"),
    path("desk/webhooks", hooks.hooks, name="webhooks"),
    path("desk/webhooks/new", hooks.add, name="webhook_new"),
    path("desk/webhooks/<uuid:pk>", hooks.hook, name="webhook"),
    path("desk/webhooks/<uuid:pk>/state", hooks.state, name="webhook_state"),
    path("desk/webhooks/<uuid:pk>/secret", hooks.secret, name="webhook_secret"),
    path("desk/webhooks/deliveries/<uuid:pk>", hooks.delivery, name="webhook_delivery"),
]
