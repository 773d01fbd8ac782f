"""Tests of extraction: sentences, results and their slots, prompt-like text."""
