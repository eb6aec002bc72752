from django.urls import path

from checkins.care import views

urlpatterns = [
    path("tasks/<int:task>/done/", views.task_done, name="task-done"),
]
