"""How many hours people have met: one's own, and for staff those of the program and of each person.

Decided: counted is what stands in the log of a session that was held, which is the length that the two agreed on where they remembered it
differently; one that only one of them remembers otherwise changes nothing until the other agrees. So both halves and the staff read one
number.

Decided: a month begins by the reader's own clock on their own page, and by the program's clock for staff, who all read the same table.
"""
