"""Tests of the command literature."""
