"""Programs, their cohorts, a person's place in one, and the door of every page.

Decided: one membership per person and program carries a set of roles, because a coordinator may be mentored too. Mentor and
mentee are places in a pairing, not roles. Program, Cohort and Membership share this subject, since each page of a
program needs the door, and the door needs all three.
"""
