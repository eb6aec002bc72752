"""A pairing ends: as a joint act that both prepare apart, or at once and quietly; and what comes after it.

Decided: no row says who ended a pairing. Both get the same letter and the same page, whether it was a half, a coordinator or time; the
reason that somebody may give goes to those who run the program, sealed, and never to the other half. Later contact is a round that opens
only on two yeses.
"""
