"""The content of the pages: figures, words in both languages, names, findings."""
