from django.urls import path

from matching.pauses import views

PAIRING = "p/<slug:program>/pairings/<int:pairing>/"

urlpatterns = [
    path(f"{PAIRING}pause/", views.pause, name="pause"),
    path(f"{PAIRING}go-on/", views.go_on, name="go-on"),
    path(f"{PAIRING}stay-paused/", views.take_back, name="stay-paused"),
]
