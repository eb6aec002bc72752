"""A person's copy of what is held about them, and the end of it.

Decided: both walk the registry of `mentoring.kernel.holdings` and know no model themselves. An erasure ends a person's places at once, in
the request, since only that can be refused; the rest is a job that may be interrupted anywhere. The row of the login stays as a number
without a name: what two people wrote together still has two sides, and the audit trail still knows who was one and the same.
"""
