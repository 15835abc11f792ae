"""Lists landed files, unpacks and decodes them, and splits them into blocks of lines."""
