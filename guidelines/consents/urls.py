from django.urls import path

from guidelines.consents import views

PRIVACY = "p/<slug:program>/privacy/"

urlpatterns = [
    path(PRIVACY, views.read, name="privacy"),
    path(f"{PRIVACY}agree/", views.agree, name="privacy-agree"),
    path(f"{PRIVACY}edit/", views.edit, name="privacy-edit"),
    path(f"{PRIVACY}agreed/", views.agreed, name="privacy-agreed"),
]
