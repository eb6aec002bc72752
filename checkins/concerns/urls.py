from django.urls import path

from checkins.concerns import views

urlpatterns = [
    path("concerns/mine/", views.mine, name="concerns"),
    path("concerns/new/", views.raise_concern, name="concern-raise"),
    path("concerns/<uuid:concern>/add/", views.add, name="concern-add"),
    path("for-you/", views.for_you, name="for-you"),
]
