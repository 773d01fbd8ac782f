"""Tests of a study turned into a graph of steps."""
