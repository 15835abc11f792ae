"""The numbers of charts by app, channel and day, from rows in any order."""

import json

import numpy as np
import polars as pl

from reports.content.figures.chart_series import SeriesRows
from tests.data.packed_texts import unpacked

CHANNELS = ["one_click", "qq", "local_verify"]
ROWS = pl.DataFrame(
    [
        # app, channel, place, count, time
        (2, 0, 1, 3, None),
        (0, 1, 0, 5, None),
        (2, 0, 1, 4, None),
        (2, 0, 1, None, 0),
        (2, 2, 2, 0, None),
        (0, 1, 2, 6, 700),
    ],
    ["app", "channel", "place", "count", "time"],
    orient="row",
)


def test_counts_of_one_place_are_summed_and_times_kept():
    found = SeriesRows(ROWS, CHANNELS, apps=3, places=3).texts(["count"], ["time"])
    assert found[1] == "{}"
    first, last = json.loads(found[0]), json.loads(found[2])
    assert unpacked(first["qq"]["count"], 3) == [5, 0, 6]
    assert unpacked(first["qq"]["time"], 3, None) == [None, None, 700]
    assert unpacked(last["one_click"]["count"], 3) == [0, 7, 0]
    assert unpacked(last["one_click"]["time"], 3, None) == [None, 0, None]
    # A channel with a row of zero is listed, by name, without numbers.
    assert list(last) == ["local_verify", "one_click"]
    assert last["local_verify"] == {}


def test_results_that_were_not_delivered_are_of_apps_without_logins():
    rows = pl.DataFrame({"app": [0, 1], "channel": [2, 2], "place": [0, 0], "undelivered": [4, 9]})
    found = SeriesRows(rows, CHANNELS, apps=2, places=1)
    texts = [json.loads(one) for one in found.texts([], without_logins=np.array([False, True]))]
    assert texts[0] == {"local_verify": {}}
    assert unpacked(texts[1]["local_verify"]["undelivered"], 1) == [9]


def test_text_messages_are_no_logins():
    """The scripts draw the results of verification for every app without requests in the four login channels."""
    counts = dict.fromkeys(["authorizations_failed", "authorizations_cancelled"], 0)
    rows = pl.DataFrame(
        {"app": app, "channel": channel, "place": 0, "authorizations": 1, **counts} for app, channel in [(0, 0), (1, 1)]
    )
    assert SeriesRows(rows, ["one_click", "sms"], apps=2, places=1).has_logins().tolist() == [True, False]
