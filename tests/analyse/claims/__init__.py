"""Tests of stiltwalk.analyse.claims."""
