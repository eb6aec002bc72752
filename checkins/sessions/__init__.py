"""Meetings of a pair: logged by either half, read by the two."""
