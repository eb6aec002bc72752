"""The mail engine that one would write first, to compare ours with."""
