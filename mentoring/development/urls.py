from django.urls import URLPattern, URLResolver, path

from mentoring.development import mailbox, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("components/", views.components, name="development-components"),
    path("mailbox/", mailbox.mails, name="development-mailbox"),
    path("mailbox/<str:file>/<int:number>/", mailbox.mail, name="development-mail"),
    path("mailbox/<str:file>/<int:number>/letter/", mailbox.letter, name="development-mail-letter"),
]
