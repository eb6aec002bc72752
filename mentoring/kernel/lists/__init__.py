"""Filter, sort, page and export any list.

Decided: a page of fifty with one row more asked for, rather than a count of all, because the count is what grows with the data.
"""
