"""Claims held against a study's rows."""
