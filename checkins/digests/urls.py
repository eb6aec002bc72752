from django.urls import path

from checkins.digests import views

urlpatterns = [
    path("today/digest/", views.digest, name="digest"),
]
