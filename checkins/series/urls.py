from django.urls import path

from checkins.series import views

urlpatterns = [path("pairings/<int:pairing>/series/<int:series>/end/", views.end, name="series-end")]
