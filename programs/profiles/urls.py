from django.urls import path

from programs.profiles import views

urlpatterns = [
    path("p/<slug:program>/profile/", views.profile, name="profile"),
]
