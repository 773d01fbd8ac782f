"""Tests on real clusters of one machine; behind the marker ``cluster``."""
