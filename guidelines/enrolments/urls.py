from django.urls import path

from guidelines.enrolments import views

LEARN = "p/<slug:program>/learn/"
TRAINING = "p/<slug:program>/training/"

urlpatterns = [
    path(LEARN, views.learn, name="learn"),
    path(f"{LEARN}<int:course>/", views.course, name="course"),
    path(f"{LEARN}<int:course>/again/", views.begin_again, name="course-again"),
    path(f"{LEARN}<int:course>/certificate/", views.certificate, name="certificate"),
    path(f"{LEARN}<int:course>/certificate/share/", views.certificate_share, name="certificate-share"),
    path(f"{LEARN}<int:course>/certificate/stop/", views.certificate_stop, name="certificate-stop"),
    path(f"{LEARN}<int:course>/<int:module>/<int:screen>/", views.screen, name="screen"),
    path("certificate/<str:token>/", views.certificate_check, name="certificate-check"),
    path(TRAINING, views.training, name="training"),
    path(f"{TRAINING}<int:course>/", views.training_course, name="training-course"),
    path(f"{TRAINING}<int:course>/questions/", views.training_questions, name="training-questions"),
    path(f"{TRAINING}<int:course>/export/", views.training_export, name="training-export"),
    path(f"{TRAINING}<int:course>/remind/", views.training_remind, name="training-remind"),
    path(f"{TRAINING}<int:course>/done/", views.training_done, name="training-done"),
    path(f"{TRAINING}<int:course>/live/", views.training_live, name="training-live"),
    path(f"{TRAINING}live/<int:livehour>/take-back/", views.training_live_back, name="training-live-back"),
]
