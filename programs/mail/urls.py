from django.urls import path

from programs.mail import views

urlpatterns = [
    path("mail/", views.mine, name="mail"),
    path("mail/pause/", views.pause, name="mail-pause"),
    path("mail/begin-again/", views.begin_again, name="mail-begin-again"),
    path("mail/stop/<str:token>/", views.stop, name="mail-stop"),
    path("mail/events/", views.events, name="mail-events"),
    path("p/<slug:program>/mail/", views.log_of_program, name="mail-log"),
    path("p/<slug:program>/mail/export/", views.log_export, name="mail-log-export"),
    path("p/<slug:program>/mail/<int:mail>/again/", views.send_again, name="mail-again"),
]
