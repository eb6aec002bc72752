"""How often a program checks in with both halves of its pairs, and what it asks.

Decided: a question once asked never changes; an edit is a new row that names the old one, so that answers always show the
words that were asked.
"""
