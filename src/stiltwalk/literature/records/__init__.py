"""The nouns of a synthesis: papers, claims, evidence, and the synthesis itself."""
