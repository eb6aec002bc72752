"""Asking people in.

Decided: an invitation is not yet a login. Whoever opens the link from the mail and joins gets one, with the answers that the
program already holds filled in, because nobody should have an account they never asked for.
"""
