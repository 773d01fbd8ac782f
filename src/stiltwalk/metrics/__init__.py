"""Per-example statistics to scores. Pure functions, no torch."""
