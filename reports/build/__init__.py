"""Writes the files of the site and its manifest."""
