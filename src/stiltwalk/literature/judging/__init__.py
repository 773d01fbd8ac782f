"""Judging: what a passage of one paper does to a claim of another, and what all passages together do."""
