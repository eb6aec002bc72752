from django.urls import path

from checkins.agendas import views

AGENDA = "pairings/<int:pairing>/agenda/"

urlpatterns = [
    path(AGENDA, views.agenda, name="agenda"),
    path(f"{AGENDA}add/", views.add, name="agenda-add"),
    path(f"{AGENDA}suggestion/", views.use_suggestion, name="agenda-suggestion"),
    path(f"{AGENDA}nothing/", views.say_nothing, name="agenda-nothing"),
    path(f"{AGENDA}<int:agendaitem>/", views.edit, name="agenda-edit"),
    path(f"{AGENDA}<int:agendaitem>/move/", views.move, name="agenda-move"),
    path(f"{AGENDA}<int:agendaitem>/withdraw/", views.withdraw, name="agenda-withdraw"),
    path(f"{AGENDA}<int:agendaitem>/open-again/", views.open_again, name="agenda-open-again"),
]
