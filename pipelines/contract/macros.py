"""The SQL macros of the contract, which every connection to DuckDB has."""

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import record_macros
from pipelines.contract.record.word_numbers import word_macros


def contract_macros() -> str:
    """Return the SQL statements that create the macros of every connection.

    They are the macros about channels and carriers, the macros that convert a record's fixed words to numbers and back,
    and the macros in `sql/macros.sql`.
    """
    return ";\n".join([*record_macros(), *word_macros(), sql("pipelines.contract", "macros")])
