import gc

from django.apps import AppConfig
from django.core import checks


class KernelConfig(AppConfig):
    name = "mentoring.kernel"
    label = "kernel"

    def ready(self) -> None:
        from mentoring.kernel import personal  # noqa: F401 - declares what is held about people
        from mentoring.kernel.bounces import senders
        from mentoring.kernel.encryption import keys
        from mentoring.kernel.outbox import services as outbox
        from mentoring.kernel.wishes import services as wishes

        checks.register(keys.check_settings)
        checks.register(senders.check_settings)
        wishes.when_changed(outbox.reconsider)
        # The pause that `mentoring/__init__.py` began: all models are loaded.
        gc.freeze()
        gc.enable()
