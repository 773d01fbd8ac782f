"""Tests mirror the package; each says in a docstring what must be true."""
