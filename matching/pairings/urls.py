from django.urls import path

from matching.pairings import views

PAIRINGS = "p/<slug:program>/pairings/"

urlpatterns = [
    path("equal-footing/", views.equal_footing, name="equal-footing"),
    path(PAIRINGS, views.pairing_list, name="pairings"),
    path(f"{PAIRINGS}export/", views.pairing_export, name="pairings-export"),
    path(f"{PAIRINGS}new/", views.pair, name="pair"),
    path(f"{PAIRINGS}<int:pairing>/proposal/", views.proposal, name="proposal"),
    path(f"{PAIRINGS}<int:pairing>/accept/", views.accept, name="accept"),
    path(f"{PAIRINGS}<int:pairing>/decline/", views.decline, name="decline"),
    path(f"{PAIRINGS}<int:pairing>/withdraw/", views.withdraw, name="withdraw"),
    path(f"{PAIRINGS}<int:pairing>/wish/", views.wish, name="wish"),
    path(f"{PAIRINGS}<int:pairing>/wish/take-back/", views.wish_take_back, name="wish-take-back"),
]
