"""Where examples come from: readers of original files, counts, fingerprints, verification. No torch."""
