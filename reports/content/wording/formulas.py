"""Writes the formulas of metrics that are computed from other metrics, with labels instead of names.

Metrics that count records are explained by their meaning. Definitions are in `pipelines/contract/measures/metrics.py`.
"""

import re

from pipelines.common.text import ENUMERATION, Bilingual
from pipelines.contract.measures.measure import Measure
from reports.content.wording.language import metric_label, t
from reports.content.wording.words import word


def formula_words(metric: Measure) -> Bilingual | None:
    """Return the formula of a metric in labels: the division of a rate, or the channels that a sum adds; else None."""
    if metric.numerator:
        return _labelled(f"{_term(metric.numerator)} / {_term(metric.denominator)}")
    if metric.summed:
        return t("{metric}, of {channels}").format(
            metric=metric_label(metric.summed), channels=ENUMERATION.join(map(word, metric.channels))
        )
    return None


def _term(names: str) -> str:
    return f"({names})" if " " in names else names


def _labelled(formula: str) -> Bilingual:
    """Replace the names in a formula by labels, and its operators by typographic ones."""
    signs = formula.replace(" - ", " − ").replace(" / ", " ÷ ")
    return Bilingual(
        re.sub(r"[a-z_]+", lambda found: metric_label(found[0]).zh, signs),
        re.sub(r"[a-z_]+", lambda found: metric_label(found[0]).en, signs),
    )
