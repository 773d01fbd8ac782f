"""What a study found, drawn."""
