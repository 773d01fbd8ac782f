"""Tests of what others found."""
