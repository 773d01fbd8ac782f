"""Full texts: from a PDF file, a web page or a plain file to text with sections; and where they come from."""
