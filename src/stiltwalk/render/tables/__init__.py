"""Tables of a report: as records, and written as Markdown, LaTeX, CSV and HTML."""
