"""Where each page lives. The pages of a program stand under its short name, each behind the door of `programs.memberships.access`."""

from django.conf import settings
from django.urls import include, path

from mentoring import views

urlpatterns = [
    # Looked through from the top: what people open most comes first.
    path("", include("checkins.urls")),
    path("", include("guidelines.urls")),
    path("", include("matching.urls")),
    path("", include("programs.urls")),
    path("accounts/", include("programs.people.urls")),
    path("accounts/", include("allauth.urls")),
    path("healthz", views.health, name="health"),
    path("leave/", views.leave, name="leave"),
]
if settings.DEBUG:
    urlpatterns.append(path("dev/", include("mentoring.development.urls")))

handler400 = "mentoring.views.bad_request"
handler403 = "mentoring.views.forbidden"
handler404 = "mentoring.views.not_found"
handler500 = "mentoring.views.broken"
