"""Tests of where examples come from."""
