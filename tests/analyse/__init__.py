"""Tests of stiltwalk.analyse."""
