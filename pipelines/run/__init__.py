"""The daily run: its stages in order, publication, retention, status, verification."""
