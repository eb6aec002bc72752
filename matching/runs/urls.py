from django.urls import path

from matching.runs import views

MATCHING = "p/<slug:program>/matching/"
RUN = f"{MATCHING}runs/<int:run>/"

urlpatterns = [
    path(MATCHING, views.runs, name="runs"),
    path(f"{MATCHING}runs/start/", views.start, name="run-start"),
    path(RUN, views.run, name="run"),
    path(f"{RUN}progress/", views.progress, name="run-progress"),
    path(f"{RUN}stop/", views.stop, name="run-stop"),
    path(f"{RUN}repeat/", views.repeat, name="run-repeat"),
    path(f"{RUN}check/", views.check, name="run-check"),
    path(f"{RUN}nobody/", views.nobody, name="run-nobody"),
    path(f"{RUN}beside/", views.compare, name="run-compare"),
    path(f"{RUN}groups/", views.fairness, name="run-groups"),
    path(f"{RUN}unlocked/", views.unlocked, name="run-unlocked"),
    path(f"{RUN}export/", views.export, name="run-export"),
    path(f"{RUN}nobody/export/", views.nobody_export, name="run-nobody-export"),
    path(f"{RUN}release/", views.release, name="run-release"),
    path(f"{RUN}release/stop/", views.release_stop, name="run-release-stop"),
]
