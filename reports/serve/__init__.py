"""The published site on loopback, whole or by token."""
