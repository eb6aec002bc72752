from django.urls import path

from checkins.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("mine/", views.mine, name="mine"),
    path("help/", views.get_help, name="help"),
    path("today/", views.today, name="today"),
    path("pairings/<int:pairing>/", views.pairing, name="pairing"),
    path("pairings/<int:pairing>/about/", views.about, name="pairing-about"),
]
