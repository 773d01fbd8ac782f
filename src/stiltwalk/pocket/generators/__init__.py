"""The generators, one for each task of the pocket world."""
