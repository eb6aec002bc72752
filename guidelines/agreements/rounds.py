"""What the two are asked apart for an agreement."""

from guidelines.agreements import policies
from guidelines.agreements.forms import AnswerAgreement
from guidelines.agreements.services import AGREEMENT, opened
from matching.joint import kinds

kinds.register(
    kinds.Kind(name=AGREEMENT, opens=kinds.Opens.TO_BOTH, form=AnswerAgreement, states=policies.ANSWER.states, when_opened=opened)
)
