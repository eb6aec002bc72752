"""The pages of ours about an account. Sign-in itself, and what guards it, are allauth's."""

from django.urls import path

from programs.people import views

app_name = "people"
urlpatterns = [
    path("me/", views.account, name="account"),
    path("second-step/", views.second_factor_needed, name="second-factor-needed"),
]
