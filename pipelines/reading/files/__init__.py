"""Landed files as plain bytes: found, unpacked, decoded, cut into blocks of lines."""
