"""Logins. A person signs in once and may have a place in several programs.

Decided: an address is the only name for signing in, compared without regard to case, because people remember no
user names. There are no staff or superuser flags: what somebody may do is a matter of their membership.
"""
