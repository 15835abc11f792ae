"""Plots the funnel of one-click login as the page of sign-in sessions does: sessions by step, rates between steps."""

from typing import TYPE_CHECKING

from pipelines.common.days import window
from reports.content.sign_in.funnel import rates
from reports.content.sign_in.sign_in_words import FUNNEL_ROWS
from reports.content.sign_in.sign_ins import funnel_counts
from reports.content.wording.formats import count, share
from reports.content.wording.language import t
from reports.plots.source import Source, figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def funnel(source: Source, app_key: str, app_name: str, days: int) -> "Figure":
    """Return the funnel of an app, or of all apps together (`*`), over the last `days` days up to the as-of.

    A rate is a dash if the logs lack one of its two steps, or if no session contains the first step.
    """
    found = funnel_counts(source.marts, window(source.marts.publication.as_of, days).first, app_key)
    between = rates(found)
    labels = [source.text(label) for label, _, _ in FUNNEL_ROWS]
    counts = [found[name] for _, name, _ in FUNNEL_ROWS]
    shares = [share(between[pair]) if pair else "" for _, _, pair in FUNNEL_ROWS]
    rate = source.text(t("From the step before"))
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": source.text(t("Sessions")),
        "x": counts,
        "y": labels,
        "text": [" · ".join(filter(None, [count(one), rate])) for one, rate in zip(counts, shares, strict=True)],
        "textposition": "auto",
        "customdata": shares,
        "hovertemplate": f"%{{y}}<br>%{{x:,}}<br>{rate} %{{customdata}}<extra></extra>",
        "marker": {"color": source.style("sign_in.css", ".ways .step")["fill"]},
    }
    sessions = found["sessions"]
    layout = source.layout(
        f"{app_name} · {source.text(t('Funnel of one-click login'))}",
        source.text(t("sessions with a record in this channel: {count}").format(count=count(sessions))),
    )
    upwards = {"autorange": "reversed", "automargin": True}
    layout |= {
        "xaxis": layout["yaxis"] | {"range": [0, sessions or 1], "showgrid": False, "showticklabels": False},
        "yaxis": layout["yaxis"] | upwards,
        "hovermode": "closest",
    }
    return figure([bars], layout)
