from django.urls import path

from checkins.actions import views

ACTIONS = "pairings/<int:pairing>/actions/"

urlpatterns = [
    path(ACTIONS, views.action_list, name="actions"),
    path(f"{ACTIONS}add/", views.add, name="action-add"),
    path(f"{ACTIONS}done/", views.mark_done, name="actions-done"),
    path(f"{ACTIONS}<int:actionitem>/take-on/", views.take_on, name="action-take-on"),
    path(f"{ACTIONS}<int:actionitem>/decline/", views.decline, name="action-decline"),
    path(f"{ACTIONS}<int:actionitem>/remove/", views.remove, name="action-remove"),
    path(f"{ACTIONS}<int:actionitem>/undo/", views.undo, name="action-undo"),
]
