"""The life of a pair, and help early."""
