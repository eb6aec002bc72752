from django.urls import path

from checkins.airtime import views

urlpatterns = [
    path("pairings/<int:pairing>/sessions/<int:session>/airtime/", views.airtime, name="airtime"),
]
