"""The embedded miniature world: one meaning, eight real languages, generators for every kind of task."""
