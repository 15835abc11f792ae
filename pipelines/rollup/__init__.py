"""Roll-up of a day's parts into its day tables: the steps, the due days, and the restatement of published days."""
