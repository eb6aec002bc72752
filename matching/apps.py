from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from matching.pairings import letters  # noqa: F401 - declares the mails of a pairing
        from matching.pairings import services as pairings
        from programs.memberships import services as memberships
        from programs.readiness import services as readiness

        memberships.when_left(pairings.end_those_of)
        readiness.when_ready(pairings.activate_if_ready)
