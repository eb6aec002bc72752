"""Contents page: the pages of each subject."""

from django.urls import URLPattern, URLResolver, include, path

from checkins.answers import urls as answers
from checkins.concerns import views as concerns

app_name = "checkins"
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "p/<slug:program>/",
        include(
            [
                path("", include("checkins.home.urls")),
                path("", include("checkins.agendas.urls")),
                path("", include("checkins.actions.urls")),
                path("", include("checkins.sessions.urls")),
                path("", include("checkins.series.urls")),
                path("", include("checkins.hours.urls")),
                path("", include("checkins.accounts.urls")),
                path("", include("checkins.absences.urls")),
                path("", include("checkins.balance.urls")),
                path("", include("checkins.decisions.urls")),
                path("", include("checkins.goals.urls")),
                path("", include("checkins.notes.urls")),
                path("", include("checkins.threads.urls")),
                path("", include("checkins.airtime.urls")),
                path("", include("checkins.plans.urls")),
                path("", include("checkins.answers.urls")),
                path("", include("checkins.readings.urls")),
                path("", include("checkins.care.urls")),
                path("", include("checkins.concerns.urls")),
                path("", include("checkins.cases.urls")),
                path("", include("checkins.loads.urls")),
                path("", include("checkins.digests.urls")),
                path("", include("checkins.imbalance.urls")),
                path("", include("checkins.resets.urls")),
                path("", include("checkins.reviews.urls")),
            ]
        ),
    ),
    path("c/", include(answers.by_link)),
    path("tell/", concerns.where, name="concern-where"),
]
