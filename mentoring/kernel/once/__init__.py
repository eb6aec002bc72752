"""The same form sent twice makes one row."""
