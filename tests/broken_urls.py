"""The site's pages and some that break, since no page of the site does."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from mentoring.urls import handler400, handler403, handler404, handler500
from mentoring.urls import urlpatterns as of_the_site
from programs.people.models import User

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def same_address_twice(request: HttpRequest, token: str) -> HttpResponse:
    """What PostgreSQL says about it quotes the address."""
    with transaction.atomic():
        for _ in range(2):
            User.objects.create(email=request.POST["email"], name=request.POST["name"])
    return HttpResponse()


def no_database(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column")
    return HttpResponse()


def suspicious(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation("ana@example.org")


def denied(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("ana@example.org")


urlpatterns = [
    path("broken/suspicious/", suspicious),
    path("broken/denied/", denied),
    path("broken/database/", no_database),
    path("broken/<str:token>/", same_address_twice),
    path("", include(of_the_site)),
]
