"""A synthesis as people read it: a page laid out as such papers are, its claims and references as files."""
