"""What is expected of every route, apart from the code: who passes, who meets the same 404 as for a page that does not exist.

A route of the resolver that has no row here fails the build, and so does a row that is no route.

Roles: `anonymous`; `stranger`, a member of another program; `former`, who left this one; `other`, a participant in another pair;
`half`, one of the two; `coordinator` and `admin` of the program; `conflicted`, a coordinator who is half of the pairing.
"""

from dataclasses import dataclass

ALLOW, HIDE, SIGN_IN = "allow", "hide", "signin"
ROLES = ("anonymous", "stranger", "former", "other", "half", "coordinator", "admin", "conflicted")
# Pages of libraries, whose access is theirs, and pages that exist in development alone.
LIBRARIES = ("development-", "account_", "mfa_", "socialaccount_", "openid_connect_", "usersessions_", "None")

EVERYONE = ROLES
SIGNED_IN = ("stranger", "former", "other", "half", "coordinator", "admin", "conflicted")
MEMBERS = ("other", "half", "coordinator", "admin", "conflicted")
PARTICIPANTS = ("other", "half", "conflicted")
STAFF = ("coordinator", "admin", "conflicted")
BOTH_HALVES = ("half", "conflicted")


@dataclass(frozen=True)
class Route:
    who: tuple[str, ...]
    methods: tuple[str, ...] = ("get", "head")
    needs_sign_in: bool = True

    def outcome(self, role: str) -> str:
        if role in self.who:
            return ALLOW
        return SIGN_IN if role == "anonymous" and self.needs_sign_in else HIDE


READ = ("get", "head")
FORM = ("get", "head", "post")
ACT = ("post",)
ROUTES: dict[str, Route] = {
    # Anybody, and anybody who is signed in.
    "health": Route(EVERYONE, READ),
    "matching:equal-footing": Route(EVERYONE, READ, needs_sign_in=False),
    "programs:mine": Route(SIGNED_IN, READ),
    "programs:list": Route(SIGNED_IN, READ),
    "programs:create": Route((), FORM),
    "programs:invitation": Route(EVERYONE, FORM, needs_sign_in=False),
    "programs:mail": Route(SIGNED_IN, FORM),
    "programs:mail-pause": Route(SIGNED_IN, ACT),
    "programs:mail-begin-again": Route(SIGNED_IN, ACT),
    "programs:mail-stop": Route(EVERYONE, FORM, needs_sign_in=False),
    # For the service that carries our mail, where there is one.
    "programs:mail-events": Route((), ACT, needs_sign_in=False),
    # The link of a mail leads on for whoever has it. What it leads to is no page without the link's cookie, whoever one is.
    "checkins:answer-link": Route(EVERYONE, READ, needs_sign_in=False),
    "checkins:answer-by-link": Route((), FORM, needs_sign_in=False),
    "people:account": Route(SIGNED_IN, FORM),
    "people:second-factor-needed": Route(SIGNED_IN, READ),
    # Whoever has a place in the program.
    "programs:leave": Route(MEMBERS, FORM),
    "programs:profile": Route(PARTICIPANTS, FORM),
    "guidelines:read": Route(MEMBERS, READ),
    "guidelines:acknowledge": Route(PARTICIPANTS, ACT),
    "checkins:home": Route(MEMBERS, READ),
    "checkins:mine": Route(MEMBERS, READ),
    "checkins:help": Route(MEMBERS, READ),
    # Facts of a pairing: the two, and those who run the program. Words, and acts: the two alone.
    "checkins:pairing": Route((*BOTH_HALVES, "coordinator", "admin"), READ),
    "checkins:balance": Route((*BOTH_HALVES, "coordinator", "admin"), READ),
    "checkins:pairing-about": Route(BOTH_HALVES, READ),
    "checkins:sessions": Route(BOTH_HALVES, READ),
    "checkins:session-propose": Route(BOTH_HALVES, FORM),
    "checkins:session-log": Route(BOTH_HALVES, FORM),
    "checkins:session": Route(BOTH_HALVES, READ),
    "checkins:session-suggest": Route(BOTH_HALVES, FORM),
    "checkins:session-pick": Route(BOTH_HALVES, ACT),
    "checkins:session-decline": Route(BOTH_HALVES, ACT),
    "checkins:session-change": Route(BOTH_HALVES, FORM),
    "checkins:hours": Route(MEMBERS, READ),
    "checkins:hours-people": Route(STAFF, READ),
    "checkins:hours-export": Route(STAFF, READ),
    "checkins:series-end": Route(BOTH_HALVES, FORM),
    "checkins:session-lead-agree": Route(BOTH_HALVES, ACT),
    "checkins:session-lead-decline": Route(BOTH_HALVES, ACT),
    "checkins:session-cancel": Route(BOTH_HALVES, FORM),
    "checkins:session-missed": Route(BOTH_HALVES, FORM),
    "checkins:session-missed-agree": Route(BOTH_HALVES, ACT),
    "checkins:session-repeat": Route(BOTH_HALVES, ACT),
    "checkins:session-log-planned": Route(BOTH_HALVES, FORM),
    "checkins:session-put-right": Route(BOTH_HALVES, FORM),
    "checkins:session-account": Route(BOTH_HALVES, FORM),
    "checkins:session-account-agree": Route(BOTH_HALVES, ACT),
    "checkins:session-led": Route(BOTH_HALVES, ACT),
    "checkins:session-calendar": Route(BOTH_HALVES, READ),
    "checkins:agenda": Route(BOTH_HALVES, READ),
    "checkins:airtime": Route(BOTH_HALVES, FORM),
    "checkins:thread": Route(BOTH_HALVES, FORM),
    "checkins:thread-read": Route(BOTH_HALVES, ACT),
    "checkins:message-take-back": Route(BOTH_HALVES, ACT),
    "checkins:agenda-add": Route(BOTH_HALVES, FORM),
    "checkins:agenda-suggestion": Route(BOTH_HALVES, ACT),
    "checkins:agenda-nothing": Route(BOTH_HALVES, ACT),
    "checkins:agenda-edit": Route(BOTH_HALVES, FORM),
    "checkins:agenda-move": Route(BOTH_HALVES, ACT),
    "checkins:agenda-withdraw": Route(BOTH_HALVES, ACT),
    "checkins:agenda-open-again": Route(BOTH_HALVES, ACT),
    "checkins:decisions": Route(BOTH_HALVES, READ),
    "checkins:decision-propose": Route(BOTH_HALVES, FORM),
    "checkins:decision": Route(BOTH_HALVES, READ),
    "checkins:decision-suggest": Route(BOTH_HALVES, FORM),
    "checkins:decision-agree": Route(BOTH_HALVES, ACT),
    "checkins:decision-decline": Route(BOTH_HALVES, ACT),
    "checkins:decision-withdraw": Route(BOTH_HALVES, ACT),
    "checkins:decision-reopen": Route(BOTH_HALVES, ACT),
    "checkins:decision-keep": Route(BOTH_HALVES, ACT),
    "checkins:decision-let-go": Route(BOTH_HALVES, ACT),
    "checkins:goals": Route(BOTH_HALVES, READ),
    "checkins:goal-add": Route(BOTH_HALVES, FORM),
    "checkins:goal-agree": Route(BOTH_HALVES, ACT),
    "checkins:goal-edit": Route(BOTH_HALVES, FORM),
    "checkins:goal-reach": Route(BOTH_HALVES, ACT),
    "checkins:goal-let-go": Route(BOTH_HALVES, ACT),
    "checkins:goal-take-up": Route(BOTH_HALVES, ACT),
    "checkins:notes": Route(BOTH_HALVES, READ),
    "checkins:notes-mine": Route(BOTH_HALVES, READ),
    "checkins:note-write": Route(BOTH_HALVES, FORM),
    "checkins:note-edit": Route(BOTH_HALVES, FORM),
    # One that its author wrote for themselves: not even the other half.
    "checkins:note-open": Route(("half",), FORM),
    "checkins:note-delete": Route(BOTH_HALVES, FORM),
    "checkins:actions": Route(BOTH_HALVES, READ),
    "checkins:action-add": Route(BOTH_HALVES, FORM),
    "checkins:actions-done": Route(BOTH_HALVES, ACT),
    "checkins:action-take-on": Route(BOTH_HALVES, ACT),
    "checkins:action-decline": Route(BOTH_HALVES, ACT),
    "checkins:action-remove": Route(BOTH_HALVES, ACT),
    "checkins:action-undo": Route(BOTH_HALVES, ACT),
    "checkins:my-answers": Route(BOTH_HALVES, READ),
    "checkins:please-call": Route(BOTH_HALVES, ACT),
    "checkins:please-call-take-back": Route(BOTH_HALVES, ACT),
    "checkins:resets": Route(BOTH_HALVES, FORM),
    "checkins:reset-start": Route(BOTH_HALVES, ACT),
    "checkins:reset-take-back": Route(BOTH_HALVES, ACT),
    "checkins:reset-not-now": Route(BOTH_HALVES, ACT),
    "checkins:reviews": Route(BOTH_HALVES, FORM),
    "checkins:review-start": Route(BOTH_HALVES, ACT),
    "checkins:review-take-back": Route(BOTH_HALVES, ACT),
    "checkins:review-not-now": Route(BOTH_HALVES, ACT),
    "checkins:review-topic": Route(BOTH_HALVES, ACT),
    "checkins:review-write": Route(BOTH_HALVES, FORM),
    "matching:change": Route(BOTH_HALVES, READ),
    "matching:ending": Route(BOTH_HALVES, FORM),
    "matching:ended": Route(BOTH_HALVES, READ),
    "matching:tell-why": Route(BOTH_HALVES, FORM),
    "matching:hand-over": Route(BOTH_HALVES, FORM),
    "matching:hand-over-withdraw": Route(BOTH_HALVES, ACT),
    "matching:ending-earlier": Route(BOTH_HALVES, READ),
    "matching:history": Route(BOTH_HALVES, READ),
    "matching:later-contact": Route(BOTH_HALVES, FORM),
    "matching:begin-again": Route(BOTH_HALVES, FORM),
    # Those who run the program may do these too, but not of a pairing of their own: there they are a half.
    "matching:pause": Route((*BOTH_HALVES, "coordinator", "admin"), ACT),
    "matching:go-on": Route((*BOTH_HALVES, "coordinator", "admin"), ACT),
    "matching:stay-paused": Route((*BOTH_HALVES, "coordinator", "admin"), ACT),
    "matching:ending-begin": Route((*BOTH_HALVES, "coordinator", "admin"), ACT),
    "matching:ending-stay": Route((*BOTH_HALVES, "coordinator", "admin"), ACT),
    "matching:end": Route((*BOTH_HALVES, "coordinator", "admin"), FORM),
    "matching:wish": Route(BOTH_HALVES, ACT),
    "matching:wish-take-back": Route(BOTH_HALVES, ACT),
    "matching:proposal": Route(BOTH_HALVES, READ),
    "matching:accept": Route(BOTH_HALVES, ACT),
    "matching:decline": Route(BOTH_HALVES, ACT),
    "matching:suggestions": Route(PARTICIPANTS, READ),
    # Open for whoever is suggested to somebody, and nobody in this world is.
    "matching:ask": Route((), FORM),
    "matching:not-for-me": Route((), ACT),
    "matching:not-for-me-take-back": Route((), ACT),
    # A check-in: who is asked, and not even the other half.
    "checkins:checkin": Route(("half",), FORM),
    # Those who run the program.
    "checkins:today": Route(STAFF, READ),
    "checkins:checkins": Route(STAFF, READ),
    "checkins:checkins-export": Route(STAFF, READ),
    "checkins:checkins-over-time": Route(STAFF, READ),
    "checkins:checkins-remind": Route(STAFF, ACT),
    "checkins:plan": Route(STAFF, FORM),
    "checkins:plan-dates": Route(STAFF, READ),
    "checkins:plan-questions": Route(STAFF, READ),
    "checkins:plan-question-add": Route(STAFF, FORM),
    "checkins:plan-question": Route(STAFF, FORM),
    "checkins:plan-question-move": Route(STAFF, ACT),
    "checkins:plan-question-retire": Route(STAFF, FORM),
    "checkins:plan-question-put-back": Route(STAFF, ACT),
    "matching:pairings": Route(STAFF, READ),
    "matching:pairings-export": Route(STAFF, READ),
    "matching:pair": Route(STAFF, FORM),
    "matching:criteria": Route(STAFF, READ),
    "matching:criteria-suggest": Route(STAFF, ACT),
    "matching:criterion-choose": Route(STAFF, READ),
    "matching:criterion-add": Route(STAFF, FORM),
    "matching:criterion": Route(STAFF, FORM),
    "matching:criterion-remove": Route(STAFF, FORM),
    "matching:criterion-move": Route(STAFF, ACT),
    "matching:exclusions": Route(STAFF, READ),
    "matching:exclude": Route(STAFF, FORM),
    "matching:exclusion-take-back": Route(STAFF, ACT),
    "guidelines:edit": Route(STAFF, FORM),
    "guidelines:publish": Route(STAFF, ACT),
    "guidelines:acknowledged": Route(STAFF, READ),
    "guidelines:acknowledged-export": Route(STAFF, READ),
    "guidelines:remind": Route(STAFF, ACT),
    "programs:people": Route(STAFF, READ),
    "programs:people-export": Route(STAFF, READ),
    "programs:person": Route(STAFF, READ),
    "programs:person-roles": Route(STAFF, FORM),
    "programs:person-leave": Route(STAFF, FORM),
    "programs:settings": Route(STAFF, FORM),
    "programs:settings-cohorts": Route(STAFF, FORM),
    "programs:settings-cohort": Route(STAFF, FORM),
    "programs:settings-holidays": Route(STAFF, FORM),
    "programs:settings-holiday": Route(STAFF, FORM),
    "programs:settings-holiday-remove": Route(STAFF, FORM),
    "programs:settings-questions": Route(STAFF, READ),
    "programs:settings-question-add": Route(STAFF, FORM),
    "programs:settings-question": Route(STAFF, FORM),
    "programs:settings-question-retire": Route(STAFF, FORM),
    "programs:settings-question-move": Route(STAFF, ACT),
    "programs:invite": Route(STAFF, FORM),
    "programs:invitations": Route(STAFF, READ),
    "programs:invitations-export": Route(STAFF, READ),
    "programs:invitation-remind": Route(STAFF, ACT),
    "programs:invitation-withdraw": Route(STAFF, ACT),
    "programs:mail-log": Route(STAFF, READ),
    "programs:mail-log-export": Route(STAFF, READ),
    "programs:import": Route(STAFF, FORM),
    "programs:import-columns": Route(STAFF, FORM),
    "programs:import-preview": Route(STAFF, READ),
    "programs:import-confirm": Route(STAFF, ACT),
    "programs:import-progress": Route(STAFF, READ),
    "programs:import-stop": Route(STAFF, ACT),
    "programs:import-result": Route(STAFF, READ),
    "programs:import-rejected": Route(STAFF, READ),
    # Staff who are no part of the pairing; who is sees nothing of what is told about it.
    "checkins:answers": Route(("coordinator", "admin"), READ),
    "checkins:pairing-remind": Route(("coordinator", "admin"), ACT),
    "checkins:calls": Route(("coordinator", "admin"), FORM),
    "checkins:call-correct": Route(("coordinator", "admin"), FORM),
    "checkins:task": Route(("coordinator", "admin"), FORM),
    "checkins:task-done": Route(("coordinator", "admin"), ACT),
    "matching:withdraw": Route(("coordinator", "admin"), ACT),
    "matching:undo": Route(("coordinator", "admin"), ACT),
    "matching:ask-both": Route(("coordinator", "admin"), ACT),
    "matching:stand-in": Route(("coordinator", "admin"), FORM),
    "programs:mail-again": Route(("coordinator", "admin"), ACT),
    # Last, since it signs out.
    "leave": Route(EVERYONE, ACT),
}
