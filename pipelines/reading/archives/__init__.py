"""Archives of landing: what is in them, and the bytes of a member."""
