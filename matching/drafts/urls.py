from django.urls import path

from matching.drafts import views

MATCHING = "p/<slug:program>/matching/"
PAIR = f"{MATCHING}runs/<int:run>/pairs/<int:proposal>/"

urlpatterns = [
    path(f"{MATCHING}settled/", views.rules, name="run-rules"),
    path(f"{MATCHING}settled/<int:rule>/take-back/", views.rule_take_back, name="run-rule-take-back"),
    path(PAIR, views.pair, name="run-pair"),
    path(f"{PAIR}settle/", views.settle, name="run-pair-settle"),
    path(f"{PAIR}trade/", views.trade, name="run-pair-trade"),
]
