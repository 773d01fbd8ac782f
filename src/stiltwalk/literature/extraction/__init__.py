"""Extraction: which sentences of a paper state results, and what each of them says."""
