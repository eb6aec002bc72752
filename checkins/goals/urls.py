from django.urls import path

from checkins.goals import views

GOALS = "pairings/<int:pairing>/goals/"
GOAL = f"{GOALS}<int:goal>/"

urlpatterns = [
    path(GOALS, views.goal_list, name="goals"),
    path(f"{GOALS}add/", views.add, name="goal-add"),
    path(f"{GOAL}agree/", views.agree, name="goal-agree"),
    path(f"{GOAL}edit/", views.edit, name="goal-edit"),
    path(f"{GOAL}reach/", views.reach, name="goal-reach"),
    path(f"{GOAL}let-go/", views.let_go, name="goal-let-go"),
    path(f"{GOAL}take-up/", views.take_up, name="goal-take-up"),
]
