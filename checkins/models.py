"""Contents page for Django. Import from the subject, never from here."""

from checkins.absences.models import Absence
from checkins.accounts.models import NotReached, SessionAccount
from checkins.actions.models import ActionItem
from checkins.agendas.models import AgendaItem, NothingThisTime
from checkins.answers.models import Answer, AnswerLink, CheckIn
from checkins.care.models import CallNote, Task
from checkins.cases.models import CaseDecision, CaseTask
from checkins.concerns.models import Concern, ConcernAbout, ConcernEntry, ConcernFile, ConcernMessage
from checkins.decisions.models import Decision
from checkins.digests.models import DigestTime
from checkins.goals.models import Goal
from checkins.imbalance.models import Assessment, Baseline, OptOut, Pattern, QuietReview, Signal, SignalRule
from checkins.notes.models import Note
from checkins.plans.models import CheckInPlan, NextDue, Question
from checkins.reviews.models import Review
from checkins.sessions.models import Series, Session, SessionOption
from checkins.threads.models import Message, ThreadRead

__all__ = [
    "Absence",
    "ActionItem",
    "AgendaItem",
    "Answer",
    "AnswerLink",
    "Assessment",
    "Baseline",
    "CallNote",
    "CaseDecision",
    "CaseTask",
    "CheckIn",
    "CheckInPlan",
    "Concern",
    "ConcernAbout",
    "ConcernEntry",
    "ConcernFile",
    "ConcernMessage",
    "Decision",
    "DigestTime",
    "Goal",
    "Message",
    "NextDue",
    "NotReached",
    "Note",
    "NothingThisTime",
    "OptOut",
    "Pattern",
    "Question",
    "QuietReview",
    "Review",
    "Series",
    "Session",
    "SessionAccount",
    "SessionOption",
    "Signal",
    "SignalRule",
    "Task",
    "ThreadRead",
]
