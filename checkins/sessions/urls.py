from django.urls import path

from checkins.sessions import views

SESSIONS = "pairings/<int:pairing>/sessions/"
SESSION = f"{SESSIONS}<int:session>/"

urlpatterns = [
    path(SESSIONS, views.session_list, name="sessions"),
    path(f"{SESSIONS}propose/", views.propose, name="session-propose"),
    path(f"{SESSIONS}log/", views.log, name="session-log"),
    path(SESSION, views.session_page, name="session"),
    path(f"{SESSION}times/", views.suggest, name="session-suggest"),
    path(f"{SESSION}pick/", views.pick, name="session-pick"),
    path(f"{SESSION}decline/", views.decline, name="session-decline"),
    path(f"{SESSION}change/", views.change, name="session-change"),
    path(f"{SESSION}cancel/", views.cancel, name="session-cancel"),
    path(f"{SESSION}missed/", views.miss, name="session-missed"),
    path(f"{SESSION}repeat/", views.repeat, name="session-repeat"),
    path(f"{SESSION}log/", views.log_planned, name="session-log-planned"),
    path(f"{SESSION}account/", views.remember, name="session-account"),
    path(f"{SESSION}account/agree/", views.correct, name="session-account-agree"),
    path(f"{SESSION}calendar/", views.calendar_file, name="session-calendar"),
]
