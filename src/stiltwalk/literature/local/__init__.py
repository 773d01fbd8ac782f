"""Papers on this machine: which files there are, and what they and BibTeX files say of them."""
