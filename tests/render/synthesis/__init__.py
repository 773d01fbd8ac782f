"""Tests of the report of a synthesis."""
