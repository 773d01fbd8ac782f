"""Carries out one step. The only package that knows torch."""
