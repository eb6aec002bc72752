"""A pairing rests for a while. Either half begins that at once, without a reason; so do those who run the program.

Decided: a pause keeps no "who", since the two are never told who or why; only the audit trail knows. Going on needs the yes of both, or
somebody who runs the program, and no page shows the yes of one before both are there: so nobody can tell who holds back.
"""
