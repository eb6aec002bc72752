"""Guidelines of a program, their versions, and who has acknowledged which.

Decided: a version that was published never changes; an edit is a new version, because people agreed to words, not to a name.
"""
