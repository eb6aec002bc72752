from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from matching.pairings import letters  # noqa: F401 - declares the mails of a pairing
        from matching.pairings import services as pairings
        from programs.readiness import services as readiness

        readiness.when_ready(pairings.activate_if_ready)
