"""A planned meeting that did not happen."""
