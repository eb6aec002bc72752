from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CheckinsConfig(AppConfig):
    name = "checkins"

    def ready(self) -> None:
        # Each declares what it adds when it is imported: what is held about people, acts of a pair, what is answered apart, kinds of mail,
        # columns.
        from checkins import personal  # noqa: F401
        from checkins.absences import letters as absence_letters  # noqa: F401
        from checkins.accounts import policies as account_acts  # noqa: F401
        from checkins.accounts import services as accounts
        from checkins.actions import policies as actions  # noqa: F401
        from checkins.agendas import policies as topics  # noqa: F401
        from checkins.agendas import services as agendas
        from checkins.airtime import forms as airtime  # noqa: F401
        from checkins.answers import policies as answering  # noqa: F401
        from checkins.answers import services as answers
        from checkins.care import policies as calls  # noqa: F401
        from checkins.care import services as care
        from checkins.concerns import letters as letters_of_concerns  # noqa: F401
        from checkins.concerns import services as concerns
        from checkins.decisions import letters as decision_letters  # noqa: F401
        from checkins.decisions import policies as decision_acts  # noqa: F401
        from checkins.decisions import services as decisions
        from checkins.digests import letters as digests  # noqa: F401
        from checkins.goals import policies as goals  # noqa: F401
        from checkins.goals import queries as what_is_aimed_at
        from checkins.home import columns  # noqa: F401
        from checkins.imbalance import services as signals
        from checkins.notes import policies as notes  # noqa: F401
        from checkins.notes import queries as notes_of_both
        from checkins.nudges import letters as gentle_words  # noqa: F401
        from checkins.nudges import services as nudges
        from checkins.plans import services as plans
        from checkins.reminders import letters  # noqa: F401
        from checkins.reminders import services as reminders
        from checkins.resets import letters as letters_of_resets  # noqa: F401
        from checkins.resets import rounds  # noqa: F401
        from checkins.resets import services as resets
        from checkins.reviews import letters as letters_of_reviews  # noqa: F401
        from checkins.reviews import rounds as rounds_of_reviews  # noqa: F401
        from checkins.reviews import services as reviews
        from checkins.series import letters as series_letters  # noqa: F401
        from checkins.series import policies as series_acts  # noqa: F401
        from checkins.series import services as series
        from checkins.sessions import letters as session_letters  # noqa: F401
        from checkins.sessions import policies as session_acts  # noqa: F401
        from checkins.sessions import queries as meetings
        from checkins.sessions import services as sessions
        from checkins.threads import letters as notices  # noqa: F401
        from checkins.threads import queries as messages
        from checkins.threads import services as threads
        from matching.endings import services as endings
        from matching.pairings import services as pairings
        from mentoring.kernel.outbox import services as outbox
        from programs.retention import kinds as retention
        from programs.setup import services as setup
        from programs.trail import queries as trail

        retention.register(
            retention.Kind(
                name=concerns.KEPT_AS,
                label=_("Concerns that are closed"),
                hint=_("Months after they were closed, and a year at least. What was said and done about them goes with them."),
                months=36,
                expired=concerns.closed_before,
                is_counted=False,
            )
        )
        trail.hide(care.events_of_own)
        trail.hide(concerns.events_of_others)
        trail.hide(signals.events_of_own)
        outbox.when_unreachable(care.raise_for_unreachable)
        care.when_done(signals.close_with_tasks)
        setup.when_created(plans.start)
        setup.when_clocks_changed(reminders.plan_anew)
        setup.when_holidays_changed(reminders.plan_anew)
        plans.when_changed(reminders.plan_anew)
        pairings.when_activated(plans.keep_track)
        pairings.when_gone_on(plans.keep_track)
        pairings.when_stopped(plans.lose_track)
        # What was found is closed as ended, before what was unanswered comes to nothing.
        pairings.when_stopped(signals.stop)
        pairings.when_stopped(answers.stop)
        pairings.when_stopped(nudges.stop)
        pairings.when_stopped(reminders.ask_at_the_end)
        # What is left of a series goes with one mail, before what is left of all else.
        pairings.when_stopped(series.stop)
        pairings.when_stopped(sessions.stop)
        pairings.when_stopped(threads.stop)
        endings.shows_that_they_have_begun(meetings.were_to_meet)
        endings.shows_that_they_have_begun(messages.have_written)
        endings.shows_that_they_have_begun(what_is_aimed_at.have_set_any)
        endings.shows_that_they_have_begun(notes_of_both.have_shared_any)
        pairings.when_gone_on(answers.go_on)
        pairings.when_gone_on(decisions.go_on)
        pairings.when_gone_on(resets.go_on)
        pairings.when_gone_on(reviews.go_on)
        pairings.when_gone_on(threads.go_on)
        accounts.when_held(reminders.ask_after_first_meeting)
        accounts.when_held(reminders.ask_after_meeting)
        agendas.when_opened_again(accounts.take_out)
