"""The figures documents: a JSON object for each app, with the tables and the numbers of the charts of its page."""
