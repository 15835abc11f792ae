"""A day's parts to its day tables: the steps, which days are due, and what a day done again restates."""
