"""`authmeter serve`: the published site on loopback, whole or limited by token to the pages of some apps."""
