from django.urls import path

from programs.invitations import views

urlpatterns = [
    path("p/<slug:program>/people/invite/", views.invite, name="invite"),
    path("p/<slug:program>/people/invitations/", views.invitations, name="invitations"),
    path("p/<slug:program>/people/invitations/export/", views.invitations_export, name="invitations-export"),
    path("p/<slug:program>/people/invitations/<int:invitation>/remind/", views.remind, name="invitation-remind"),
    path("p/<slug:program>/people/invitations/<int:invitation>/withdraw/", views.withdraw, name="invitation-withdraw"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]
