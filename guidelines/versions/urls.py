from django.urls import path

from guidelines.versions import views

EDIT = "edit/"
TOPIC = f"{EDIT}topics/<slug:topic>/"

urlpatterns = [
    path(EDIT, views.edit, name="edit"),
    path(f"{EDIT}introduction/", views.edit_introduction, name="edit-introduction"),
    path(f"{EDIT}add/", views.add_topic, name="add-topic"),
    path(f"{EDIT}file/", views.as_file, name="file"),
    path(f"{EDIT}take-in/", views.take_in, name="take-in"),
    path(f"{EDIT}drop/", views.drop_draft, name="drop-draft"),
    path(TOPIC, views.edit_topic, name="edit-topic"),
    path(f"{TOPIC}move/", views.move_topic, name="move-topic"),
    path(f"{TOPIC}out/", views.take_topic_out, name="take-topic-out"),
    path("publish/", views.publish, name="publish"),
    path("acknowledged/", views.acknowledged, name="acknowledged"),
    path("acknowledged/export/", views.acknowledged_export, name="acknowledged-export"),
    path("acknowledged/remind/", views.remind, name="remind"),
]
