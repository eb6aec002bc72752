from django.urls import path

from checkins.agendas import views

AGENDA = "pairings/<int:pairing>/agenda/"

urlpatterns = [
    path(f"{AGENDA}add/", views.add, name="agenda-add"),
    path(f"{AGENDA}<int:agendaitem>/withdraw/", views.withdraw, name="agenda-withdraw"),
]
