"""Which check-ins fall due, when, and the messages that say so."""
