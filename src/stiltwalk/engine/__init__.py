"""Joins plan, data and store, and starts the workers."""
