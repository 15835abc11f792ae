"""The digest of the code that determines the tables of a day: part of every day's fingerprint.

After a change of SQL, all days must be rolled up again; after an edit of a comment or of a metric's label, none must.
Other code of the roll-up and the engines decides only when, where and how fast the steps run, and every engine must
produce the same tables.
"""

import hashlib
from functools import cache
from pathlib import Path

from pipelines.common.code_digest import code_digest, without_sql_comments
from pipelines.common.project import PROJECT
from pipelines.contract.measures.counts import VERIFIED, counts_query
from pipelines.contract.measures.measure import DETAIL
from pipelines.contract.measures.session_metrics import FUNNEL_CONDITIONS, STEP_PAIRS, WAYS
from pipelines.contract.record.channels import CHANNELS, number_macros
from pipelines.contract.record.copies import copy_order
from pipelines.contract.record.dimensions import OUTCOME_KEY, SESSION_DIMENSIONS
from pipelines.contract.record.fields import ABSENT_FIELDS, COUNTED_FIELDS, record_macros
from pipelines.contract.record.word_numbers import word_macros

# The steps, and the macros of every connection.
SQL = ("pipelines/rollup", "pipelines/contract", "pipelines/store")
PYTHON = (
    # The queries written in Python, the parameters of the steps, and the values inserted into statements.
    "pipelines/rollup/plan.py",
    "pipelines/contract/measures/sql.py",
    # The selection of a day's records, the late ones among them, and their order.
    "pipelines/engines/steps.py",
    "pipelines/rollup/late_rows.py",
    "pipelines/store/part_records.py",
    # The hours of a day.
    "pipelines/common/days.py",
    # The only step that is not a query.
    "pipelines/engines/limit_walk.py",
)


@cache
def counting_digest(root: Path = PROJECT) -> str:
    """Return a digest of the code that determines the tables of a day; `root` is the project."""
    # Metrics and words of a record are included as the SQL generated from them.
    named = (*VERIFIED, *COUNTED_FIELDS, *ABSENT_FIELDS, *DETAIL, *OUTCOME_KEY, *SESSION_DIMENSIONS, *WAYS)
    conditions = (*STEP_PAIRS, *map(" ".join, FUNNEL_CONDITIONS.items()))
    macros = (*record_macros(), *word_macros(), *number_macros(CHANNELS))
    made = "\0".join((counts_query(""), *named, *conditions, *macros, copy_order())).encode()
    files = code_digest(SQL, suffix=".sql", root=root), code_digest(PYTHON, root=root)
    return hashlib.sha256(repr((files, without_sql_comments(made))).encode()).hexdigest()[:16]
