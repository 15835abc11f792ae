"""Content of the lists, cards and details of incidents."""
