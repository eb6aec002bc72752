from django.urls import path

from checkins.decisions import views

DECISIONS = "pairings/<int:pairing>/decisions/"
DECISION = f"{DECISIONS}<int:decision>/"

urlpatterns = [
    path(DECISIONS, views.decision_list, name="decisions"),
    path(f"{DECISIONS}propose/", views.propose, name="decision-propose"),
    path(DECISION, views.decision_page, name="decision"),
    path(f"{DECISION}suggest/", views.suggest, name="decision-suggest"),
    path(f"{DECISION}agree/", views.agree, name="decision-agree"),
    path(f"{DECISION}decline/", views.decline, name="decision-decline"),
    path(f"{DECISION}withdraw/", views.withdraw, name="decision-withdraw"),
    path(f"{DECISION}reopen/", views.reopen, name="decision-reopen"),
    path(f"{DECISION}keep/", views.keep, name="decision-keep"),
    path(f"{DECISION}let-go/", views.let_go, name="decision-let-go"),
]
