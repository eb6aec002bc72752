"""Notes of a pair: for the two, or for oneself, to think before a meeting.

Decided: who reads a note is chosen when it is written, and nothing is chosen in advance. What one wrote for oneself can be opened to both;
what both could read is never made one's own again, since it has been read.
Decided: a note for oneself leaves no trace anywhere else: no count, no entry in the audit trail, nothing on the pair's page, which two who
meet look at together. Deleted, it is gone, and that is possible also when the pairing rests or has ended. It stays its author's to read,
also after a stand-in, when what the two wrote is open to neither. A note of both is deleted by its author; that it was there stays to see,
and its words are kept sealed, as those of a message are that was taken back: they may be what somebody needs help for.
Decided: the words of each note are sealed at rest, also those of both, because the one becomes the other.
"""
