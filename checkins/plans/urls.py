from django.urls import path

from checkins.plans import views

PLAN = "settings/check-ins/"

urlpatterns = [
    path(PLAN, views.plan, name="plan"),
    path(f"{PLAN}dates/", views.dates, name="plan-dates"),
    path(f"{PLAN}questions/", views.questions, name="plan-questions"),
    path(f"{PLAN}questions/add/", views.question_add, name="plan-question-add"),
    path(f"{PLAN}<int:question>/", views.question, name="plan-question"),
    path(f"{PLAN}<int:question>/move/", views.question_move, name="plan-question-move"),
    path(f"{PLAN}<int:question>/retire/", views.question_retire, name="plan-question-retire"),
    path(f"{PLAN}<int:question>/put-back/", views.question_put_back, name="plan-question-put-back"),
]
