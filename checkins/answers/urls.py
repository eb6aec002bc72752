from django.urls import path

from checkins.answers import views

urlpatterns = [
    path("check-ins/<int:checkin>/", views.check_in, name="checkin"),
    path("pairings/<int:pairing>/my-answers/", views.my_answers, name="my-answers"),
]
# Without a program in the address: whoever comes by the link of a mail need not be signed in.
by_link = [
    path("<str:token>/", views.answer_link, name="answer-link"),
    path("answer/<int:checkin>/", views.check_in_by_link, name="answer-by-link"),
]
