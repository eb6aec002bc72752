from django.urls import path

from matching.team import views

urlpatterns = [path("p/<slug:program>/team/", views.team, name="team")]
