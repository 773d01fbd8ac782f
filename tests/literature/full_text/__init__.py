"""Tests of full texts."""
