"""What a page says: figures, words in both languages, names, findings."""
