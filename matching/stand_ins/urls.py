from django.urls import path

from matching.stand_ins import views

urlpatterns = [
    path("p/<slug:program>/pairings/<int:pairing>/stand-in/", views.stand_in, name="stand-in"),
]
