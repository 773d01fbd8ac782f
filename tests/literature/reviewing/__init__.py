"""Tests of the reviewers of a synthesis."""
