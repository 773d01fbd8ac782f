"""Stored rows to estimates. Pure."""
