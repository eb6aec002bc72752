from django.urls import path

from checkins.sessions import views

SESSIONS = "pairings/<int:pairing>/sessions/"
SESSION = f"{SESSIONS}<int:session>/"

urlpatterns = [
    path(f"{SESSIONS}propose/", views.propose, name="session-propose"),
    path(f"{SESSION}times/", views.suggest, name="session-suggest"),
    path(f"{SESSION}pick/", views.pick, name="session-pick"),
    path(f"{SESSION}decline/", views.decline, name="session-decline"),
    path(f"{SESSION}change/", views.change, name="session-change"),
    path(f"{SESSION}lead/agree/", views.lead_agree, name="session-lead-agree"),
    path(f"{SESSION}lead/decline/", views.lead_decline, name="session-lead-decline"),
    path(f"{SESSION}cancel/", views.cancel, name="session-cancel"),
    path(f"{SESSION}repeat/", views.repeat, name="session-repeat"),
    path(f"{SESSION}calendar/", views.calendar_file, name="session-calendar"),
]
