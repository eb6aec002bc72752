from django.urls import path

from checkins.absences import views
from checkins.sessions.urls import SESSION

urlpatterns = [
    path(f"{SESSION}missed/", views.say, name="session-missed"),
    path(f"{SESSION}missed/agree/", views.agree, name="session-missed-agree"),
]
