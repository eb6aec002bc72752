"""Which messages are due, and when."""
