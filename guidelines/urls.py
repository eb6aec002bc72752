"""Contents page: the pages of each subject."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "guidelines"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("guidelines.versions.urls")),
    path("", include("guidelines.courses.urls")),
    path("", include("guidelines.enrolments.urls")),
]
