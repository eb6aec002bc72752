"""What people answered, as arrays that can be compared; and what the comparison found, in words again.

Decided: a free time is an hour of the week in UTC, by the clock of each person on the day of the matching. Labels that are no half-day
of the week are compared as they stand. What is in words of the pair's own is never compared.
"""
