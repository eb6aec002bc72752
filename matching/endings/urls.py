from django.urls import path

from matching.endings import views

PAIRING = "p/<slug:program>/pairings/<int:pairing>/"

urlpatterns = [
    path(f"{PAIRING}change/", views.change, name="change"),
    path(f"{PAIRING}ending/", views.ending, name="ending"),
    path(f"{PAIRING}ending/begin/", views.begin, name="ending-begin"),
    path(f"{PAIRING}ending/stay/", views.stay, name="ending-stay"),
    path(f"{PAIRING}ending/<int:round>/", views.earlier_ending, name="ending-earlier"),
    path(f"{PAIRING}end/", views.end, name="end"),
    path(f"{PAIRING}ended/", views.ended, name="ended"),
    path(f"{PAIRING}ended/why/", views.tell_why, name="tell-why"),
    path(f"{PAIRING}later-contact/", views.later_contact, name="later-contact"),
    path(f"{PAIRING}begin-again/", views.begin_again, name="begin-again"),
    path(f"{PAIRING}begin-again/ask/", views.ask_both, name="ask-both"),
    path(f"{PAIRING}undo/", views.undo, name="undo"),
    path(f"{PAIRING}history/", views.history, name="history"),
]
