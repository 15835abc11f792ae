"""Names and texts in SQL where no parameter can be bound."""


def quoted(name: str) -> str:
    """A name in SQL, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"
