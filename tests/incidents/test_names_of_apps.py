"""Texts name each app so that it cannot be confused with another."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from pipelines.incidents.published import incidents_of
from pipelines.store.published_file import open_published
from tests.data.published_tables import Database, day, incident

LONG = "Example Wallet of the Example Bank, International"
APPS = {
    "mall-ios": "商城", "mall-android": "商城", "game": "游戏",
    "com.example.wallet.ios": LONG, "com.example.wallet.android": LONG,
}  # fmt: skip


def test_an_app_has_its_key_beside_its_name_if_another_has_the_same_name(tmp_path: Path) -> None:
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(60))
    for key, name in APPS.items():
        made.add("apps", {"app_key": key, "app_name": name, "platform": "ios", "is_registered": True})
    made.add("incidents", *(incident(key, 2, app_key=key) for key in (*APPS, "unlisted")))
    with closing(open_published(made.close())) as connection:
        names = {one.incident.app_key: one.called for one in incidents_of(connection)}
    assert names == {
        "mall-ios": "商城 (mall-ios)", "mall-android": "商城 (mall-android)", "game": "游戏", "unlisted": "unlisted",
        "com.example.wallet.ios": "Example Wallet of the Example Bank, Int… (com.example.wallet.ios)",
        "com.example.wallet.android": "Example Wallet of the Example Bank, Int… (com.example.wallet.android)",
    }  # fmt: skip
