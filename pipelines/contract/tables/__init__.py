"""The published tables and the tables of a day: names, grain, columns, comments."""
