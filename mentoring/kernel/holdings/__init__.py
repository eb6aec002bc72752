"""What is held about people, and what becomes of it.

Decided: each subject declares for its models, once and in a room of its own (`personal.py`), whose the rows are, what of them goes into a
person's copy, why the rest does not, and what an erasure does. The copy, the erasure and the inventory read nothing else, so that a new
column that nobody thought about fails a test rather than stays out of sight.
"""
