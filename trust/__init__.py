"""Trust: studies whose truth is known, and how often the statistics are right. Run by `make trust`."""
