"""From scores to a verdict: a decision for every question that a study may ask."""
