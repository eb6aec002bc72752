from django.urls import path

from guidelines.reading import views

urlpatterns = [
    path("", views.read, name="read"),
    path("whole/", views.whole, name="whole"),
    path("acknowledge/", views.acknowledge, name="acknowledge"),
    path("take-back/", views.take_back, name="take-back"),
    path("topics/<slug:topic>/", views.topic, name="topic"),
    path("topics/<slug:topic>/answer/", views.answer, name="answer"),
]
