"""The SQL macros of the contract, which every connection has."""

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import record_macros


def contract_macros() -> str:
    """Statements that make the macros of channels and of a record's words, then those of `sql/macros.sql`."""
    return ";\n".join([*record_macros(), sql("pipelines.contract", "macros")])
