"""The site's pages and those of whoever develops, which the site itself has only with DEBUG."""

from django.urls import include, path

from mentoring.urls import handler400, handler403, handler404, handler500
from mentoring.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("dev/", include("mentoring.development.urls")), *of_the_site]
