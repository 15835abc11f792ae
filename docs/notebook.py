# %% [markdown]
# # The published tables and charts in a notebook
# Open this file in Jupyter, VS Code or PyCharm, which read `# %%` as cells, or run it:
# `.venv/bin/python docs/notebook.py [data folder]`. The chapter is in docs/engineer.md#in-a-notebook.

# %% What is published
import sys
from pathlib import Path

import polars as pl

from reports import notebook

# A notebook passes arguments of its own, which are no folder.
folder = next((one for one in sys.argv[1:] if Path(one).is_dir()), "data")
published = notebook.open(folder, language="en")
print(published.table("publication"))
print(published.tables)

# %% A table is a Polars frame: the apps by their authorizations of the last 7 days
week = published.table("login_trend").filter(pl.col("window_days") == 7, pl.col("app_key") != "*")
apps = (
    week.group_by("app_key")
    .agg(pl.col("authorizations", "authorization_requests").sum())
    .sort("authorizations", "app_key", descending=[True, False])
)
print(apps)

# %% A chart of the monitoring page: all apps together, every channel
published.trend(chart="technical_success_rate")

# %% One app, one channel: with the usual range and the span before
app_key = apps["app_key"].first() or "*"
channels = week.filter(app_key=app_key).group_by("channel").agg(pl.col("authorizations").sum())
channel = channels.sort("authorizations", "channel", descending=[True, False])["channel"].first()
published.trend(app_key, "authorizations", days=30, series=channel)

# %% The funnel of one-click login
published.funnel(app_key, days=7)

# %% The open incidents, and the curve of each
incidents = published.table("incidents").filter(state="open")
curves = [published.incident(one) for one in incidents["incident_id"]]
for curve in curves:
    print(curve.layout.title.text)

# %% What is left of the resource packages, by account
accounts = published.table("resource_packages")["account_id"].unique().sort()
drawings = {account: published.packages(account) for account in accounts}
print(list(drawings))

# %% A figure is Plotly's: change it, show it (`figure.show()`), or keep it (`figure.write_html("chart.html")`)
figure = published.trend(chart="share", days=90)
figure.update_layout(width=1000, title_text="Shares of a quarter")
