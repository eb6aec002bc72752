from django.apps import AppConfig


class ProbeConfig(AppConfig):
    name = "tests.kernel.outbox.probe"
    label = "outbox_probe"

    def ready(self) -> None:
        from mentoring.kernel.outbox import kinds
        from tests.kernel.outbox.probe import letters

        for kind in letters.KINDS:
            kinds.register(kind)
