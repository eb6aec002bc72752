"""What was done in a pairing, by which half, and when. Counted, never read as text.

Decided: facts are written by the services that make things happen, not derived later by scanning what the two wrote.
"""
