from django.urls import path

from checkins.threads import views

THREAD = "pairings/<int:pairing>/messages/"

urlpatterns = [
    path(THREAD, views.thread, name="thread"),
    path(f"{THREAD}read/", views.mark_read, name="thread-read"),
    path(f"{THREAD}<uuid:message>/take-back/", views.take_back, name="message-take-back"),
]
