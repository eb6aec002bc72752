from django.urls import path

from checkins.notes import views

NOTES = "pairings/<int:pairing>/notes/"
NOTE = f"{NOTES}<uuid:note>/"

urlpatterns = [
    path(NOTES, views.note_list, name="notes"),
    path(f"{NOTES}mine/", views.my_notes, name="notes-mine"),
    path(f"{NOTES}write/", views.write, name="note-write"),
    path(f"{NOTE}edit/", views.edit, name="note-edit"),
    path(f"{NOTE}open/", views.open_to_both, name="note-open"),
    path(f"{NOTE}delete/", views.delete, name="note-delete"),
]
