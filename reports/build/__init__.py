"""Writes the site: its layout, its files, its manifest."""
