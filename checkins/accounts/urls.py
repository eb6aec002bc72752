from django.urls import path

from checkins.accounts import views
from checkins.sessions.urls import SESSION, SESSIONS

urlpatterns = [
    path(SESSIONS, views.session_list, name="sessions"),
    path(f"{SESSIONS}log/", views.log, name="session-log"),
    path(SESSION, views.session_page, name="session"),
    path(f"{SESSION}log/", views.log_planned, name="session-log-planned"),
    path(f"{SESSION}put-right/", views.put_right, name="session-put-right"),
    path(f"{SESSION}account/", views.remember, name="session-account"),
    path(f"{SESSION}account/agree/", views.correct, name="session-account-agree"),
    path(f"{SESSION}led/", views.say_led, name="session-led"),
]
