from django.urls import path

from programs.roster import views

urlpatterns = [
    path("p/<slug:program>/people/import/", views.upload, name="import"),
    path("p/<slug:program>/people/import/<int:sheet>/columns/", views.columns, name="import-columns"),
    path("p/<slug:program>/people/import/<int:sheet>/preview/", views.preview, name="import-preview"),
    path("p/<slug:program>/people/import/<int:sheet>/confirm/", views.confirm, name="import-confirm"),
    path("p/<slug:program>/people/import/<int:sheet>/progress/", views.progress, name="import-progress"),
    path("p/<slug:program>/people/import/<int:sheet>/stop/", views.stop, name="import-stop"),
    path("p/<slug:program>/people/import/<int:sheet>/result/", views.result, name="import-result"),
    path("p/<slug:program>/people/import/<int:sheet>/rejected/", views.rejected, name="import-rejected"),
]
