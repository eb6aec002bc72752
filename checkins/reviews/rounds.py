"""What the two are asked apart in a review."""

from checkins.reviews import policies
from checkins.reviews.forms import AnswerReview
from checkins.reviews.services import REVIEW, opened
from matching.joint import kinds

kinds.register(kinds.Kind(name=REVIEW, opens=kinds.Opens.TO_BOTH, form=AnswerReview, states=policies.ANSWER.states, when_opened=opened))
