"""A pairing ends: as a joint act that both prepare apart, or at once and quietly; and what comes after it.

Decided: no row says who began to end a pairing, who stayed or who ended it. Both get the same letter and the same page, whether it was a
half, somebody who runs the program, time, or that one of them left: as others can do each of these too, nobody knows by elimination. The
reason that somebody may give goes to those who run the program, sealed, and never to the other half. Later contact is a round that opens
only on two yeses.
"""
