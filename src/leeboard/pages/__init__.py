"""Pages: the findings of a check as HTML, text, JSON, Markdown, JUnit and fragment."""
