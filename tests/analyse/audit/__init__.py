"""Tests of ``stiltwalk.analyse.audit``."""
