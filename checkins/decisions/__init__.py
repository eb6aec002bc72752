"""What two people decide: either proposes it, it stands when both agree, and either can reopen it soon after without a reason.

Decided: something suggested in place of a decision is a decision of its own that names the other one, so that no text is ever written
over. What answers a proposal takes its place at once; what changes a decision that stands does so when both have agreed, and not before.

Decided: a try ends, and a day to look again comes, by the program's calendar and without a task: each read reckons from the stored days.
Keeping it needs both of the two again, and what both keep can be reopened anew.

Decided: that a decision came to stand stays a fact when it is reopened, because it did stand; a proposal that is taken back within the hour
was a slip and counts for nobody, as on the agenda.
"""
