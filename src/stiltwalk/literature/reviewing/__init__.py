"""Reviewing: what independent reviewers say of a synthesis, each by itself."""
