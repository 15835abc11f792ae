"""The SQL macros of the contract, which every connection has."""

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import record_macros
from pipelines.contract.record.word_numbers import word_macros


def contract_macros() -> str:
    """Return the SQL statements that create all macros: the macros about channels and carriers, those about the numbers
    of a record's fixed words, and the macros in `sql/macros.sql`.
    """
    return ";\n".join([*record_macros(), *word_macros(), sql("pipelines.contract", "macros")])
