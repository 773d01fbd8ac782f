"""The commands; the one place where everything meets."""
