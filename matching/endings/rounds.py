"""What the two are asked apart when a pairing ends."""

from matching.endings import policies
from matching.endings.forms import BeginAgain, PrepareEnding, SayLaterContact
from matching.endings.services import (
    BEGIN_AGAIN,
    ENDING,
    LATER_CONTACT,
    begin_again,
    may_begin_again_now,
    opened,
    say_that_it_opened,
)
from matching.joint import kinds

kinds.register(kinds.Kind(name=ENDING, opens=kinds.Opens.TO_BOTH, form=PrepareEnding, states=policies.PREPARE.states, when_opened=opened))
kinds.register(
    kinds.Kind(
        name=LATER_CONTACT,
        opens=kinds.Opens.ON_TWO_YESES,
        form=SayLaterContact,
        states=policies.SAY_LATER_CONTACT.states,
        is_sealed=True,
        when_opened=say_that_it_opened,
    )
)
kinds.register(
    kinds.Kind(
        name=BEGIN_AGAIN,
        opens=kinds.Opens.ON_TWO_YESES,
        form=BeginAgain,
        states=policies.BEGIN_AGAIN.states,
        is_sealed=True,
        may_open=may_begin_again_now,
        when_opened=begin_again,
    )
)
