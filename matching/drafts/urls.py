from django.urls import path

from matching.drafts import views

MATCHING = "p/<slug:program>/matching/"
PAIR = f"{MATCHING}runs/<int:run>/pairs/<int:proposal>/"

urlpatterns = [
    path(f"{MATCHING}locks/", views.locks, name="run-locks"),
    path(f"{MATCHING}locks/<int:lock>/take-back/", views.lock_take_back, name="run-lock-take-back"),
    path(PAIR, views.pair, name="run-pair"),
    path(f"{PAIR}settle/", views.settle, name="run-pair-settle"),
    path(f"{PAIR}trade/", views.trade, name="run-pair-trade"),
]
