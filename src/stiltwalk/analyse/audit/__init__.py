"""Audit: independent reviewers of how a study was made, each a set of checks with its reasons."""
