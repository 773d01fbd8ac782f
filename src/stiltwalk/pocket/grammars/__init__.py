"""One grammar a language, in files named by its code."""
