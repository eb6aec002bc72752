from django.urls import path

from checkins.resets import views

RESETS = "pairings/<int:pairing>/resets/"

urlpatterns = [
    path(RESETS, views.resets, name="resets"),
    path(f"{RESETS}start/", views.start, name="reset-start"),
    path(f"{RESETS}<int:round>/take-back/", views.take_back, name="reset-take-back"),
    path(f"{RESETS}not-now/", views.not_now, name="reset-not-now"),
]
