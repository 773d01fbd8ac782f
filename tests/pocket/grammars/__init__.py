"""Tests of the grammars, one file a language."""
