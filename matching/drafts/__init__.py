"""One pair of a run before anybody is asked: locked, kept apart, or given somebody else by hand, with what that does to all.

Decided: what is changed by hand leaves the run's own result and its proof as they were, and the page says so.
"""
