"""Tests of stiltwalk.metrics."""
