"""Meetings of a pair: logged by either half, read by the two.

Decided: two logs of one pair may not overlap, because both halves get the same page after a meeting and the second should
find what the first wrote rather than count the meeting twice.
"""
