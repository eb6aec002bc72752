from django.urls import path

from checkins.loads import views

urlpatterns = [
    path("today/loads/", views.loads, name="loads"),
]
