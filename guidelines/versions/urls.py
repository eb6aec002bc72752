from django.urls import path

from guidelines.versions import views

GUIDELINES = "p/<slug:program>/guidelines/"

urlpatterns = [
    path(GUIDELINES, views.read, name="read"),
    path(f"{GUIDELINES}acknowledge/", views.acknowledge, name="acknowledge"),
    path(f"{GUIDELINES}edit/", views.edit, name="edit"),
    path(f"{GUIDELINES}publish/", views.publish, name="publish"),
    path(f"{GUIDELINES}acknowledged/", views.acknowledged, name="acknowledged"),
    path(f"{GUIDELINES}acknowledged/export/", views.acknowledged_export, name="acknowledged-export"),
    path(f"{GUIDELINES}acknowledged/remind/", views.remind, name="remind"),
]
