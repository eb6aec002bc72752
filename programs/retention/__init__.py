"""How long a program keeps what is over, and the nightly end of it.

Decided: each later app registers its kinds with a number of months that holds until an admin chooses another. What is over is deleted with
all that hangs on it, in small batches, each a transaction: a night that is cut short goes on in the next.
"""
