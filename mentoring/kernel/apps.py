from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "mentoring.kernel"
    label = "kernel"
