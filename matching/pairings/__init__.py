"""A pairing and its life: proposed, accepted, active, paused, closed; or declined.

Decided: a pairing is two memberships, `first` and `second`, drawn by chance when it is made, so that neither comes first
because of a role. `mentor` names one of them, or nobody where both mentor. It starts only when both have accepted.
"""
