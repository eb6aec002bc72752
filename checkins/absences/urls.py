from django.urls import path

from checkins.absences import views
from checkins.sessions.urls import SESSION

urlpatterns = [
    path(f"{SESSION}missed/", views.miss, name="session-missed"),
]
