"""Check-ins, and what each half answered, apart from the other.

Decided: who may read the answers is written on each check-in on the day it opens, because a program that changes its rule later
must not widen what was already said.

Decided: the link of a mail answers one check-in without signing in, because a minute is too short for a code from another mail. It is no
sign-in: whoever holds it reads nothing that was said, and no name. What it is worth stands in the mail alone; here is only its hash.

Decided: a link is deleted three months after it is over, and whatever looks like a link is answered as if it were over, because whoever
finds an old mail should read that plainly, and whoever guesses should learn nothing by it.
"""
