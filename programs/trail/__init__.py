"""The audit log of a program, as its admins see it.

Decided: no number of an event is shown, in the page, in its addresses or in a file, and the hash that is shown is that of the newest event
which its reader may see. Somebody who is shut out of a concern would otherwise read from a gap, or from a hash that changes, that there is
something. The hash of any event stands for all before it, so nothing is lost for who keeps it to compare.
"""
