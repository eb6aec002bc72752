"""Contents page: the pages of each subject."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "programs"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("programs.memberships.urls")),
    path("", include("programs.invitations.urls")),
    path("", include("programs.mail.urls")),
    path("", include("programs.privacy.urls")),
    path("", include("programs.profiles.urls")),
    path("", include("programs.retention.urls")),
    path("", include("programs.roster.urls")),
    path("", include("programs.setup.urls")),
    path("", include("programs.trail.urls")),
]
