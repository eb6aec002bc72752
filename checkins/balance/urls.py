from django.urls import path

from checkins.balance import views

urlpatterns = [
    path("pairings/<int:pairing>/balance/", views.balance, name="balance"),
]
