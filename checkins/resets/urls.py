from django.urls import path

from checkins.resets import views

RESETS = "pairings/<int:pairing>/resets/"

urlpatterns = [
    path(RESETS, views.resets, name="resets"),
    path(f"{RESETS}start/", views.start, name="reset-start"),
]
