"""The template environment: filters and globals of the templates in `pages/`, the same for every page.

Texts are in `content/wording/`.
"""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from markupsafe import Markup

from pipelines.common.text import yuan
from pipelines.contract.measures.counts import TECHNICAL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import LOGIN_CHANNELS
from pipelines.contract.tables.restatement_causes import restatement_words
from pipelines.incidents.usual.norms import colour
from reports.content.drawings import sparkline
from reports.content.wording.formats import (
    count,
    count_range,
    day_text,
    difference,
    level,
    month_day,
    point_count,
    points,
    share,
    share_of,
    signed,
    size,
    weekday,
)
from reports.content.wording.formulas import formula_words
from reports.content.wording.language import t
from reports.content.wording.words import CHECK_PAGES, CHECK_WORDS, REASON_WORDS, word
from reports.pages.compiled import CompiledTemplates

# Plotly adds one empty style element and fills it by script; this is the hash of the empty text.
_EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
CSP = Markup(
    f"default-src 'none'; script-src 'self'; style-src 'self' {_EMPTY_STYLE}; img-src 'self' data:; "
    "connect-src 'none'; form-action 'none'; base-uri 'none'"
)


class _Environment(Environment):
    """Compiles `{{ t("...") }}` to constant text: looking up 60 texts a page takes a third of rendering."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for output in tree.find_all(nodes.Output):
            output.nodes = [_as_constant(node) for node in output.nodes]
        return tree


def _as_constant(node: nodes.Expr) -> nodes.Expr:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "t":
        (argument,) = node.args
        if isinstance(argument, nodes.Const):
            return nodes.Const(t(argument.value), lineno=node.lineno)
    return node


def environment(shared: dict[str, object]) -> Environment:
    """Return the environment, with autoescape and errors for undefined values; `shared` are variables of all pages."""
    found = _Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        bytecode_cache=CompiledTemplates(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "count": count, "share": share, "share_of": share_of, "size": size, "day_text": day_text, "weekday": weekday,
        "points": points, "point_count": point_count, "level": level, "signed": signed, "month_day": month_day,
        "sparkline": sparkline, "formula": formula_words, "difference": difference, "yuan": yuan,
        "colour": lambda usual, metric: colour(usual.side, METRICS[metric].better),
    }  # fmt: skip
    words = {"t": t, "word": word, "check_words": CHECK_WORDS, "check_pages": CHECK_PAGES, "reason_words": REASON_WORDS}
    found.globals |= (
        words
        | {"METRICS": METRICS, "LOGIN_CHANNELS": LOGIN_CHANNELS, "TECHNICAL": TECHNICAL, "CSP": CSP}
        | {"count_range": count_range, "restatement_words": restatement_words}
        | shared
    )
    return found
