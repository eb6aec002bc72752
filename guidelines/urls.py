"""Contents page: the pages of each subject."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "guidelines"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("guidelines.courses.urls")),
    path("", include("guidelines.enrolments.urls")),
    path("p/<slug:program>/guidelines/", include("guidelines.versions.urls")),
    path("p/<slug:program>/guidelines/", include("guidelines.reading.urls")),
    path("p/<slug:program>/", include("guidelines.limits.urls")),
    path("p/<slug:program>/", include("guidelines.agreements.urls")),
    path("", include("guidelines.consents.urls")),
]
