"""A simulated year of pairs and the mail it owes, reckoned without the product: what the planner and the outbox do must equal it.

`scenario` says what happens (who, where, when, never what follows); `oracle` says which mail leaves in which minute.
Decided: neither imports the product nor a library for recurrence, because an oracle that shares code shares the mistake.
"""
