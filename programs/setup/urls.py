from django.urls import path

from programs.setup import views

SETTINGS = "p/<slug:program>/settings/"

urlpatterns = [
    path("programs/new/", views.create, name="create"),
    path(SETTINGS, views.settings, name="settings"),
    path(f"{SETTINGS}cohorts/", views.cohorts, name="settings-cohorts"),
    path(f"{SETTINGS}cohorts/<int:cohort>/", views.cohort, name="settings-cohort"),
    path(f"{SETTINGS}holidays/", views.holidays, name="settings-holidays"),
    path(f"{SETTINGS}holidays/<int:holiday>/", views.holiday, name="settings-holiday"),
    path(f"{SETTINGS}holidays/<int:holiday>/remove/", views.holiday_remove, name="settings-holiday-remove"),
    path(f"{SETTINGS}questions/", views.questions, name="settings-questions"),
    path(f"{SETTINGS}questions/add/", views.question_add, name="settings-question-add"),
    path(f"{SETTINGS}questions/<int:question>/", views.question, name="settings-question"),
    path(f"{SETTINGS}questions/<int:question>/retire/", views.question_retire, name="settings-question-retire"),
    path(f"{SETTINGS}questions/<int:question>/move/", views.question_move, name="settings-question-move"),
]
