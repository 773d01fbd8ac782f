"""Tests of the databases of papers and of the client that asks them."""
