from django.urls import path

from checkins.cases import views

CONCERN = "concerns/<uuid:concern>/"

urlpatterns = [
    path("concerns/", views.cases, name="cases"),
    path(CONCERN, views.concern, name="concern"),
    path(f"{CONCERN}files/<uuid:concernfile>/", views.file, name="concern-file"),
    path(f"{CONCERN}take/", views.take, name="concern-take"),
    path(f"{CONCERN}hand-over/", views.hand_over, name="concern-hand-over"),
    path(f"{CONCERN}answer/", views.answer, name="concern-answer"),
    path(f"{CONCERN}note/", views.note, name="concern-note"),
    path(f"{CONCERN}contact/", views.contact, name="concern-contact"),
    path(f"{CONCERN}step/", views.step, name="concern-step"),
    path(f"{CONCERN}grade/", views.grade, name="concern-grade"),
    path(f"{CONCERN}about/", views.name, name="concern-name"),
    path(f"{CONCERN}tasks/", views.task_add, name="concern-task-add"),
    path(f"{CONCERN}tasks/<uuid:casetask>/done/", views.task_done, name="concern-task-done"),
    path(f"{CONCERN}stop-contact/", views.stop_contact, name="concern-stop-contact"),
    path(f"{CONCERN}decide/", views.ask_second, name="concern-decide"),
    path(f"{CONCERN}decisions/<uuid:casedecision>/", views.settle, name="concern-decision"),
    path(f"{CONCERN}close/", views.close, name="concern-close"),
    path(f"{CONCERN}reopen/", views.reopen, name="concern-reopen"),
]
