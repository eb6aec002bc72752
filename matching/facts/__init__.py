"""What was done in a pairing, by which half, and when. Counted, never read as text.

Decided: facts are written by the services that make things happen, not derived later by scanning what the two wrote.
Decided: the counts by week and side are kept in the transaction of the fact, because pages and the detector read weeks of many pairings
at once; the facts stay the source, and `rebuild` makes the same counts from them.
"""
