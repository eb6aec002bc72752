from django.urls import path

from matching.scoring import views

urlpatterns = [path("p/<slug:program>/matching/criteria/", views.criteria, name="criteria")]
