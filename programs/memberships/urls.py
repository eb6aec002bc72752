from django.urls import path

from programs.memberships import views

urlpatterns = [
    path("", views.mine, name="mine"),
    path("programs/", views.program_list, name="list"),
    path("p/<slug:program>/leave/", views.leave, name="leave"),
    path("p/<slug:program>/people/", views.people, name="people"),
    path("p/<slug:program>/people/export/", views.people_export, name="people-export"),
    path("p/<slug:program>/people/<int:membership>/", views.person, name="person"),
    path("p/<slug:program>/people/<int:membership>/roles/", views.person_roles, name="person-roles"),
    path("p/<slug:program>/people/<int:membership>/leave/", views.person_leave, name="person-leave"),
]
