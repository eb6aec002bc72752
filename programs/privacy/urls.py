from django.urls import path

from programs.privacy import views

urlpatterns = [
    path("my-data/", views.my_data, name="my-data"),
    path("my-data/ask/", views.ask, name="my-data-ask"),
    path("my-data/<uuid:datacopy>/", views.file, name="my-data-file"),
    path("my-data/erase/", views.erase, name="my-data-erase"),
    path("p/<slug:program>/what-is-kept/", views.inventory, name="inventory"),
    path("p/<slug:program>/who-sees-what/", views.who_sees_what, name="who-sees-what"),
]
