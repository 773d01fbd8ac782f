"""Benchmarks: stiltwalk and what one would use instead, in turn on the same data. Run by `make bench`."""
