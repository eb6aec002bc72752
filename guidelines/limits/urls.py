from django.urls import path

from guidelines.limits import views

urlpatterns = [
    path("guidelines/limits/", views.mine, name="my-limits"),
    path("guidelines/topics/<slug:topic>/limit/", views.set_limit, name="set-limit"),
    path("pairings/<int:pairing>/limits/", views.ours, name="limits"),
]
