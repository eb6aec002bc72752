"""Who did or read what.

Decided: one chain of hashes a program, numbered without a gap, because an altered, missing or added event must show, and because one
program's work must not wait for another's. PostgreSQL itself refuses to change or remove an event (migration `0002_append_only`), with no
setting that would let it through; the tests, which empty their tables, switch the trigger on TRUNCATE off in their own database.
"""
