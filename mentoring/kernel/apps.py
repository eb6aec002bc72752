from django.apps import AppConfig
from django.core import checks


class KernelConfig(AppConfig):
    name = "mentoring.kernel"
    label = "kernel"

    def ready(self) -> None:
        from mentoring.kernel.encryption import keys

        checks.register(keys.check_settings)
