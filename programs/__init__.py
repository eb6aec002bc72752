"""People and their programs."""
