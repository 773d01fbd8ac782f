"""Laws that scores follow, and what they imply. Arrays in, numbers out."""
