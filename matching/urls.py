"""Contents page: the pages of each subject."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "matching"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("matching.pairings.urls")),
    path("", include("matching.pauses.urls")),
    path("", include("matching.endings.urls")),
    path("", include("matching.stand_ins.urls")),
    path("", include("matching.hand_overs.urls")),
    path("", include("matching.scoring.urls")),
    path("", include("matching.criteria.urls")),
    path("", include("matching.suggestions.urls")),
    path("", include("matching.runs.urls")),
    path("", include("matching.drafts.urls")),
    path("", include("matching.team.urls")),
]
