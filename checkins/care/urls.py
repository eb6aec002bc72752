from django.urls import path

from checkins.care import views

urlpatterns = [
    path("pairings/<int:pairing>/call/", views.please_call, name="please-call"),
    path("pairings/<int:pairing>/call/take-back/", views.take_back_call, name="please-call-take-back"),
    path("tasks/<int:task>/", views.task, name="task"),
    path("tasks/<int:task>/done/", views.task_done, name="task-done"),
    path("tasks/<int:task>/take-on/", views.task_take_on, name="task-take-on"),
    path("tasks/<int:task>/give-back/", views.task_give_back, name="task-give-back"),
    path("tasks/<int:task>/give/", views.task_give, name="task-give"),
    path("tasks/<int:task>/put-off/", views.task_put_off, name="task-put-off"),
    path("tasks/<int:task>/bring-back/", views.task_bring_back, name="task-bring-back"),
    path("pairings/<int:pairing>/calls/", views.calls, name="calls"),
    path("calls/<uuid:callnote>/correct/", views.call_correct, name="call-correct"),
]
