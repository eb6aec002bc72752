"""What the two are asked apart in a reset conversation."""

from checkins.resets import policies
from checkins.resets.forms import PrepareReset, SayHowItIs
from checkins.resets.services import AFTERWARDS, RESET, opened, say_that_it_opened
from matching.joint import kinds

kinds.register(kinds.Kind(name=RESET, opens=kinds.Opens.TO_BOTH, form=PrepareReset, states=policies.PREPARE.states, when_opened=opened))
kinds.register(
    kinds.Kind(name=AFTERWARDS, opens=kinds.Opens.TO_BOTH, form=SayHowItIs, states=policies.PREPARE.states, when_opened=say_that_it_opened)
)
