"""Tests of the judges and of verification."""
