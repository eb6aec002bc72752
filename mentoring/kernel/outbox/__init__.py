"""Every mail that is owed."""
