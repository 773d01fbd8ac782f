"""Tests of compute: carrying out one step."""
