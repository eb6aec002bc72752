"""Import and export of people."""
