"""Tests of the proofs of the statistics."""
