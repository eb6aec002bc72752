"""A concern as those work on it who may read it: what was said and done, what is still to do, and its end.

Decided: nothing that was written down is changed or removed, not even by a service: a case may one day be read by somebody who was not
there.
Decided: what needs a second person waits for them (`CaseDecision`). Where nobody else could read it, one person decides, and that is
written down with it.
Decided: each act has a page of its own, so that a form with a mistake never shows again what somebody has said: that is shown on one page
alone, after it was written down who reads it. A form that tells whom it is about is a look at it too.
"""
