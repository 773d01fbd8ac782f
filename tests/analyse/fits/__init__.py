"""Tests of stiltwalk.analyse.fits."""
