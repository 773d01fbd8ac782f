"""Tests of papers on this machine."""
