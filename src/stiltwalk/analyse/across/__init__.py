"""How languages differ, and agree."""
