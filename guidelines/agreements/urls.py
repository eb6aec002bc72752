from django.urls import path

from guidelines.agreements import views

AGREEMENT = "pairings/<int:pairing>/agreement/"

urlpatterns = [
    path(AGREEMENT, views.agreement, name="agreement"),
    path(f"{AGREEMENT}start/", views.start, name="agreement-start"),
    path(f"{AGREEMENT}not-now/", views.not_now, name="agreement-not-now"),
    path(f"{AGREEMENT}<int:round>/take-back/", views.take_back, name="agreement-take-back"),
    path(f"{AGREEMENT}parts/<int:clause>/", views.clause, name="agreement-clause"),
    path(f"{AGREEMENT}sign/", views.sign, name="agreement-sign"),
    path(f"{AGREEMENT}change/", views.change, name="agreement-change"),
]
