from django.urls import path

from matching.hand_overs import views

HAND_OVER = "p/<slug:program>/pairings/<int:pairing>/hand-over/"

urlpatterns = [
    path(HAND_OVER, views.hand_over, name="hand-over"),
    path(f"{HAND_OVER}withdraw/", views.withdraw, name="hand-over-withdraw"),
]
