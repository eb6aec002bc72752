from django.urls import path

from checkins.hours import views

urlpatterns = [
    path("hours/", views.mine, name="hours"),
    path("hours/people/", views.people, name="hours-people"),
    path("hours/people/export/", views.people_export, name="hours-export"),
]
