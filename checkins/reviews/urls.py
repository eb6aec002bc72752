from django.urls import path

from checkins.reviews import views

REVIEWS = "pairings/<int:pairing>/reviews/"

urlpatterns = [
    path(REVIEWS, views.reviews, name="reviews"),
    path(f"{REVIEWS}start/", views.start, name="review-start"),
    path(f"{REVIEWS}not-now/", views.not_now, name="review-not-now"),
    path(f"{REVIEWS}<int:round>/take-back/", views.take_back, name="review-take-back"),
    path(f"{REVIEWS}<int:review>/topic/", views.topic, name="review-topic"),
    path(f"{REVIEWS}<int:review>/write/", views.write, name="review-write"),
]
