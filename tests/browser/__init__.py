"""Reports and tables in the programs that people read them with: a browser, and LaTeX."""
