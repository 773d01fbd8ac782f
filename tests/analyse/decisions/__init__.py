"""Tests of stiltwalk.analyse.decisions."""
