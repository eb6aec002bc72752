"""A pairing ends: as a joint act that both prepare apart, or at once and quietly; and what comes after it.

Decided: no row says who began to end a pairing, who stayed or who ended it. Both get the same letter and the same page, whether it was a
half, somebody who runs the program, time, or that one of them left: as others can do each of these too, nobody knows by elimination. The
reason that somebody may give goes to those who run the program, sealed, and never to the other half. Later contact is a round that opens
only on two yeses.
Decided: beginning again is such a round too, and stands open to both alike from the moment of every ending, however it came about, for as
many days as the program says. So neither the page nor its days tell how it ended, who did not answer looks like who said no, and somebody
who has left looks like somebody who keeps silent. A first yes is carried to the other, in one letter, only where the pairing closed on the
day that both had known for two weeks. Where it was ended at once the other may have fled, be it from a half or on the word of somebody who
runs the program: then nobody is written to, the yes lies there until it lapses, and whoever gave it sees what they would have seen anyway.
Closing early what both had prepared counts as ended at once: better a letter too few. Those who run the program know more, and can have
both asked; that letter has the same words.
"""
