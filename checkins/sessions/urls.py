from django.urls import path

from checkins.sessions import views

SESSIONS = "pairings/<int:pairing>/sessions/"

urlpatterns = [
    path(SESSIONS, views.session_list, name="sessions"),
    path(f"{SESSIONS}log/", views.log, name="session-log"),
]
