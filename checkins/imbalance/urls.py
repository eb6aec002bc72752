from django.urls import path

from checkins.imbalance import views

urlpatterns = [
    path("signals/", views.report, name="signals"),
    path("signals/careful/", views.careful, name="signals-careful"),
    path("signals/shares/", views.shares, name="signals-shares"),
    path("signals/baselines/<int:baseline>/", views.baseline, name="baseline"),
    path("signals/baselines/<int:baseline>/in-force/", views.baseline_in_force, name="baseline-in-force"),
    path("signals/baselines/<int:baseline>/set-aside/", views.baseline_set_aside, name="baseline-set-aside"),
    path("signals/quiet/", views.quiet_reviews, name="quiet-reviews"),
    path("signals/quiet/<int:quietreview>/", views.quiet_review, name="quiet-review"),
    path("signals/patterns/", views.patterns, name="patterns"),
    path("signals/patterns/<int:pattern>/done/", views.pattern_done, name="pattern-done"),
    path("signals/<uuid:signal>/", views.signal, name="signal"),
    path("signals/<uuid:signal>/lesson/", views.signal_lesson, name="signal-lesson"),
    path("measured/", views.measured, name="measured"),
    path("measured/opt-out/", views.opt_out, name="opt-out"),
    path("measured/opt-in/", views.opt_in, name="opt-in"),
]
