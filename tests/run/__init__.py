"""Tests of run: carrying out one step."""
