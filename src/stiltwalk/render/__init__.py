"""Estimates to what people look at. Computes nothing."""
