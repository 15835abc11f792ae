"""The daily run: its boxes in order, publication, retention, status, verification."""
