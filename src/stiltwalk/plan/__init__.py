"""A study turned into a finite graph of steps, each with an identity. Pure."""
