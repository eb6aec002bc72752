"""What pages are compared with: a Django view that renders a template, and nothing else. No database, no session, no middleware."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

TEMPLATE = "<!doctype html><title>{{ title }}</title><main><h1>{{ title }}</h1><p>{{ words }}</p></main>"


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(template.render({"title": "Bare", "words": "Here is what a page costs before it says anything."}, request))


settings.configure(
    SECRET_KEY="of nobody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
urlpatterns = [path("", page)]
application = get_wsgi_application()
template = engines["django"].from_string(TEMPLATE)
