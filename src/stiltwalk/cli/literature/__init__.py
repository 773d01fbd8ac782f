"""What the command literature does, once its arguments are read."""
