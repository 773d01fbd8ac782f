"""Tests of stiltwalk.analyse.across."""
