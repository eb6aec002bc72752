from django.urls import path

from matching.suggestions import views

SUGGESTIONS = "p/<slug:program>/suggestions/"

urlpatterns = [
    path(SUGGESTIONS, views.suggestions, name="suggestions"),
    path(f"{SUGGESTIONS}<int:membership>/ask/", views.ask, name="ask"),
    path(f"{SUGGESTIONS}<int:membership>/not-for-me/", views.not_for_me, name="not-for-me"),
    path(f"{SUGGESTIONS}<int:membership>/take-back/", views.take_back, name="not-for-me-take-back"),
]
