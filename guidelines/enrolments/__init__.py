"""Who learns what: how far they are, what they have finished and until when that is valid.

Decided: what somebody picks and writes in a course is theirs alone. Those who run the program see how far a person is, and of five people
or more together which questions take a second try. A reflection is encrypted, and no page but its own shows it.
Decided: a required course holds back a first pairing, and nothing that has begun. When it is not valid any more the person is reminded, and
no pairing waits for it.
Decided: an hour together is recorded by those who run the program and stands on the certificate; no pairing waits for it, since not every
program can offer one.
Decided: a refresher that a coordinator offers looks to both like one whose turn has come: the same letter, to both, at the same time.
Decided: who runs the program and is half of an open pairing is not told how far their partner is, and does not remind them or record
anything for them, since the partner could not either. Where nobody else runs it, the partner's own pages say what is still to do, and the
program writes by itself a month before a required course ends; nobody writes to them about one they have not finished yet.
"""
