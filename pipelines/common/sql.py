"""SQL stands in files, one SELECT each, in the folder `sql` of the package that runs it; names of others, in quotes."""

from functools import cache
from importlib.resources import files


@cache
def sql(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` of a package; the name may hold a folder: `day/channel_daily`."""
    return files(package).joinpath("sql", f"{name}.sql").read_text("utf-8")


def quoted(name: str) -> str:
    """A name in SQL, whatever stands in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"
