"""Lists the members of landed archives and reads their bytes."""
