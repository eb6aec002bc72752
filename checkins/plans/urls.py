from django.urls import path

from checkins.plans import views

PLAN = "settings/check-ins/"

urlpatterns = [
    path(PLAN, views.plan, name="plan"),
    path(f"{PLAN}<int:question>/", views.question, name="plan-question"),
]
