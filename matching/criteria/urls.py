from django.urls import path

from matching.criteria import views

CRITERIA, APART = "p/<slug:program>/matching/criteria/", "p/<slug:program>/matching/apart/"

urlpatterns = [
    path(f"{CRITERIA}suggest/", views.suggest, name="criteria-suggest"),
    path(f"{CRITERIA}add/", views.choose_question, name="criterion-choose"),
    path(f"{CRITERIA}add/<int:question>/", views.add, name="criterion-add"),
    path(f"{CRITERIA}<int:criterion>/", views.change, name="criterion"),
    path(f"{CRITERIA}<int:criterion>/remove/", views.remove, name="criterion-remove"),
    path(f"{CRITERIA}<int:criterion>/move/", views.move, name="criterion-move"),
    path(APART, views.exclusions, name="exclusions"),
    path(f"{APART}export/", views.exclusions_export, name="exclusions-export"),
    path(f"{APART}add/", views.exclude, name="exclude"),
    path(f"{APART}<int:exclusion>/take-back/", views.take_back, name="exclusion-take-back"),
]
