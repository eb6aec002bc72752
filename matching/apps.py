from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        from matching.facts import services as facts
        from matching.joint import services as joint
        from matching.pairings import letters  # noqa: F401 - declares the mails of a pairing
        from matching.pairings import services as pairings
        from programs.memberships import services as memberships
        from programs.readiness import services as readiness
        from programs.setup import services as setup

        pairings.when_stopped(joint.stop)
        memberships.when_left(pairings.end_those_of)
        readiness.when_ready(pairings.activate_if_ready)
        setup.when_clocks_changed(facts.rebuild_those_of)
