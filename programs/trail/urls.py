from django.urls import path

from programs.trail import views

urlpatterns = [
    path("p/<slug:program>/audit/", views.trail, name="trail"),
    path("p/<slug:program>/audit/export/", views.trail_export, name="trail-export"),
]
