from django.urls import path

from programs.retention import views

urlpatterns = [path("p/<slug:program>/settings/retention/", views.retention, name="retention")]
