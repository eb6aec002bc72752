from django.urls import path

from checkins.care import views

urlpatterns = [
    path("pairings/<int:pairing>/call/", views.please_call, name="please-call"),
    path("pairings/<int:pairing>/call/take-back/", views.take_back_call, name="please-call-take-back"),
    path("tasks/<int:task>/", views.task, name="task"),
    path("tasks/<int:task>/done/", views.task_done, name="task-done"),
    path("pairings/<int:pairing>/calls/", views.calls, name="calls"),
    path("calls/<uuid:callnote>/correct/", views.call_correct, name="call-correct"),
]
