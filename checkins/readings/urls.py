from django.urls import path

from checkins.readings import views

urlpatterns = [
    path("check-ins/", views.check_ins, name="checkins"),
    path("check-ins/export/", views.check_ins_export, name="checkins-export"),
    path("check-ins/over-time/", views.over_time, name="checkins-over-time"),
    path("check-ins/remind/", views.remind, name="checkins-remind"),
    path("pairings/<int:pairing>/answers/", views.answers, name="answers"),
    path("pairings/<int:pairing>/remind/", views.remind_pair, name="pairing-remind"),
]
