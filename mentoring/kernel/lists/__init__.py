"""Filter, sort, page and export any list."""
