"""Tables, on a terminal, in the page and in Markdown."""
