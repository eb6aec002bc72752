from django.urls import path

from checkins.answers import views

urlpatterns = [
    path("check-ins/<int:checkin>/", views.check_in, name="checkin"),
]
