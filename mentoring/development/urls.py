from django.urls import URLPattern, URLResolver, path

from mentoring.development import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("components/", views.components, name="development-components"),
]
