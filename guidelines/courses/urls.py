from django.urls import path

from guidelines.courses import views

TRAINING = "p/<slug:program>/training/"
COURSE = f"{TRAINING}<int:course>/"

urlpatterns = [
    path("p/<slug:program>/learn/<int:course>/text/", views.text, name="course-text"),
    path("p/<slug:program>/learn/<int:course>/pictures/<str:picture>", views.picture, name="course-picture"),
    path(f"{TRAINING}add/", views.add, name="course-add"),
    path(f"{TRAINING}read-in/", views.read_in, name="course-read-in"),
    path(f"{COURSE}edit/", views.edit, name="course-edit"),
    path(f"{COURSE}draft/", views.draft, name="course-draft"),
    path(f"{COURSE}modules/add/", views.module_add, name="module-add"),
    path(f"{COURSE}modules/<int:module>/", views.module, name="module"),
    path(f"{COURSE}modules/<int:module>/move/", views.module_move, name="module-move"),
    path(f"{COURSE}modules/<int:module>/remove/", views.module_remove, name="module-remove"),
    path(f"{COURSE}publish/", views.publish, name="course-publish"),
    path(f"{COURSE}discard/", views.discard, name="course-discard"),
    path(f"{COURSE}away/", views.away, name="course-away"),
    path(f"{COURSE}file/", views.export, name="course-export"),
]
