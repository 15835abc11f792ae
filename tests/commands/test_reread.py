"""`authmeter reread` reads landed files again with corrected source mappings."""

from __future__ import annotations

from datetime import date

from tests.published_folder import Call
from tests.support import DataFolder, tree


def test_a_reread_takes_what_a_mended_mapping_gives_and_nothing_else(
    call: Call, own: DataFolder, yesterday: date
) -> None:
    # The copied logs have other inodes: a run sees that they are the same.
    own.ingest(yesterday)
    site, before = tree(own.store.site), own.manifest
    ended = call("reread", "--from", "2020-01-01", data=own.root)
    assert ended.code == 0
    assert "0 of them changed" in ended.out
    assert tree(own.store.site) == site
    assert own.manifest == before
    own.land("gate.log", b"".join(b"ok %d\n" % n for n in range(50)))
    own.ingest(yesterday)
    own.write(
        "sources/gate.toml",
        f"""name = "gate"\nfiles = ["gate*"]\nformat = "lines"\n[fields]\nevent_id = "line"\nstage = "'authorize'"
        event_time = "'{yesterday}T10:00:00+08:00'"\napp_key = "'gate'"\nchannel = "'qq'"\noutcome = "'success'"
        """,
    )
    assert call("reread", "--source", "gate", data=own.root).code == 0
    assert own.rows("SELECT sum(records)::INTEGER FROM outcome_daily WHERE app_key = 'gate'") == [(50,)]
    assert own.rows("SELECT DISTINCT cause FROM restatements") == [("gate.log (read again)",)]


def test_a_reread_of_an_unknown_source_is_refused(call: Call, published: DataFolder) -> None:
    ended = call("reread", "--source", "nobody", data=published.root)
    assert ended.code == 2
    assert "source 'nobody' does not exist" in ended.err
