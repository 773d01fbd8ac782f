"""Tests of what a report is gathered from."""
