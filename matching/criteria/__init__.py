"""Which questions of the profile count when people are put together, how, and how much; and which two never are.

Decided: a criterion follows its question. When the words of a question change, which makes a new row, the criterion moves to that row in
the same transaction. When a question is taken out, its criterion stays and says so: what no longer counts should be somebody's choice.
Decided: what people wrote in their own words is never compared by a machine. A criterion is about a list, languages or free times.
Decided: of a private "not for me" those who run the program learn that it is counted, and nothing else, not even from the audit trail.
"""
