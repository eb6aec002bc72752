from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MatchingConfig(AppConfig):
    name = "matching"

    def ready(self) -> None:
        # Each declares what it adds when it is imported: what is held about people, acts of a pair, kinds of mail, what is answered apart,
        # long work.
        from matching import personal  # noqa: F401
        from matching.criteria import services as criteria
        from matching.drafts import services as drafts
        from matching.endings import letters as letters_of_endings  # noqa: F401
        from matching.endings import rounds  # noqa: F401
        from matching.endings import services as endings
        from matching.facts import services as facts
        from matching.hand_overs import services as hand_overs
        from matching.joint import services as joint
        from matching.pairings import (
            letters,  # noqa: F401
            why,
        )
        from matching.pairings import services as pairings
        from matching.pauses import letters as letters_of_pauses  # noqa: F401
        from matching.runs import work  # noqa: F401
        from matching.scoring import telling
        from matching.stand_ins import services as stand_ins
        from programs.mail import log
        from programs.memberships import services as memberships
        from programs.profiles import services as profiles
        from programs.readiness import services as readiness
        from programs.retention import kinds as retention
        from programs.setup import services as setup
        from programs.trail import queries as trail

        retention.register(
            retention.Kind(
                name="pairings",
                label=_("Pairings that have ended"),
                hint=_("Months after the end. What the two wrote, agreed and answered goes with it."),
                months=24,
                expired=endings.over_before,
            )
        )
        trail.hide(pairings.events_of_own)
        why.ask_first(telling.read)
        log.keep_from(pairings.people_of_own)
        criteria.when_let_together(drafts.open_again)
        pairings.keep_apart(criteria.are_apart)
        pairings.when_stopped(joint.stop)
        pairings.when_stopped(endings.ask_what_comes_next)
        pairings.when_stopped(stand_ins.end_with)
        pairings.when_stopped(hand_overs.give_back)
        pairings.when_activated(hand_overs.show)
        pairings.when_gone_on(stand_ins.end_with)
        memberships.when_left(pairings.end_those_of)
        profiles.when_replaced(criteria.follow)
        readiness.when_ready(pairings.activate_if_ready)
        setup.when_clocks_changed(facts.rebuild_those_of)
