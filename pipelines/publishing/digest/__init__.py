"""The digest: what it says, and how it is written as HTML, Markdown and plain text."""
