"""A reader signs in with a token in the address or the form; the token is stored in a cookie and sent to no other
server.
"""

from __future__ import annotations

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.published_folder import Call
from tests.reports.serve.served_site import APPS, FOLDERS, ask, token_of, write_tokens
from tests.reports.serve.server import Serving, serving


def test_a_token_in_the_address_goes_into_a_cookie_and_out_of_the_address(limited: Serving) -> None:
    answer = limited.ask(f"/apps/shop/index.html?lang=en&token={token_of('shop')}&x=%26")
    assert (answer.status, answer.headers["location"]) == (303, "/apps/shop/index.html?lang=en&x=%26")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    kept, *flags = answer.headers["set-cookie"].split("; ")
    assert {flag.lower() for flag in flags} == {"httponly", "samesite=strict", "path=/"}
    assert ask(limited.port, "/apps/shop/", Cookie=kept).text == "apps/shop/index.html\n"


@pytest.mark.parametrize("path", ["//example.com/", "/\\example.com/", "/%2f%2fexample.com/", "/..//example.com"])
def test_signing_in_leads_to_no_other_server(limited: Serving, path: str) -> None:
    assert limited.ask(f"{path}?token={token_of('all')}").headers["location"] == "/index.html"


def test_the_start_page_leads_to_an_only_app(limited: Serving) -> None:
    assert limited.ask(f"/?token={token_of('shop')}").headers["location"] == "/apps/shop/index.html"
    assert limited.ask(f"/?token={token_of('pair')}").headers["location"] == "/index.html"
    assert limited.ask(f"/?token={token_of('all')}").headers["location"] == "/index.html"


def test_the_form_signs_in_as_the_address_does(limited: Serving) -> None:
    form = limited.ask("/apps/shop/?lang=en")
    assert form.status == 401
    assert '<form method="post" action="/apps/shop/index.html?lang=en">' in form.text
    assert "<script" not in form.text
    assert "form-action 'self'" in form.headers["content-security-policy"]
    assert "default-src 'none'" in form.headers["content-security-policy"]
    sent = limited.ask("/apps/shop/index.html?lang=en", method="POST", body=f"token=+{token_of('shop')}%0D%0A")
    assert (sent.status, sent.headers["location"]) == (303, "/apps/shop/index.html?lang=en")
    assert token_of("shop") in sent.headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "wrong", token_of("nobody"), token_of("shop")[:-1], "%00%ff", "é" * 20])
def test_a_wrong_token_opens_nothing_and_is_not_kept(limited: Serving, token: str) -> None:
    in_address = limited.ask(f"/apps/shop/?token={token.encode().hex() if not token.isascii() else token}")
    in_form = limited.ask("/apps/shop/", method="POST", body=f"token={token}" if token.isascii() else "token=%C3%A9")
    for answer in (in_address, in_form):
        assert answer.status == 401
        assert "set-cookie" not in answer.headers
        assert "withdrawn" in answer.text
        assert '<form method="post" action="/apps/shop/index.html">' in answer.text


def test_a_reader_that_another_site_led_here_is_asked_for_again(limited: Serving) -> None:
    led = limited.ask("/apps/shop/?lang=en", Sec_Fetch_Site="cross-site")
    assert led.status == 401
    assert '<meta http-equiv="refresh" content="0; url=/apps/shop/index.html?lang=en">' in led.text
    for own in ("same-origin", "none"):
        assert "refresh" not in limited.ask("/apps/shop/", Sec_Fetch_Site=own).text
    assert "refresh" not in limited.ask("/?token=wrong", Sec_Fetch_Site="cross-site").text


def test_a_form_that_is_too_long_or_breaks_off_does_no_harm(limited: Serving) -> None:
    assert limited.ask("/", method="POST", body="token=" + "a" * 100_000).status == 413
    with closing(socket.create_connection(("127.0.0.1", limited.port), 10)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ntoken=")
    assert limited.ask("/", method="PUT").headers["allow"] == "GET, HEAD, POST"
    assert limited.ask("/apps/shop/", "shop").status == 200


def test_a_token_is_withdrawn_without_a_restart(data: Path, tmp_path: Path) -> None:
    tokens = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"], "all": ["*"]})
    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server:
        assert server.ask("/apps/shop/", "shop").status == 200
        write_tokens(tokens, {"all": ["*"], "pair": ["pair"]})
        assert server.ask("/apps/shop/", "shop").status == 401
        assert server.ask("/apps/shop/", "all").status == 200
        assert server.ask(f"/apps/{FOLDERS['pair']}/", "pair").status == 200
        tokens.write_text("[[token]")
        for _ in range(2):
            assert server.ask("/apps/shop/", "all").status == 503
        write_tokens(tokens, {"all": ["*"]})
        assert server.ask("/apps/shop/", "all").status == 200
        tokens.chmod(0o644)
        assert server.ask("/apps/shop/", "all").status == 503
        assert server.ask("/apps/shop/").status == 503
        tokens.unlink()
        assert server.ask("/apps/shop/", "all").status == 503
        write_tokens(tokens, {"all": ["*"]})
        assert server.ask("/apps/shop/", "all").status == 200
        assert server.said().count("can be read or changed by others") == 1
        assert "cannot be read" in server.said()
        assert "Traceback" not in server.said()
        tokens.unlink()
        assert server.ask("/apps/shop/", "all").status == 503
        assert server.said().count("cannot be read") == 2
        # A refusal that needs neither the tokens nor the site ends no outage.
        assert server.ask("/apps/shop/", "all", host="example.com").status == 421
        assert server.ask("/apps/shop/", "all").status == 503
        assert server.said().count("cannot be read") == 2


def test_a_new_token_opens_what_it_was_made_for(call: Call, data: Path, tmp_path: Path) -> None:
    made = call("serve", "--new-token", "shop", "--new-token", "pair")
    assert made.code == 0
    tokens = tmp_path / "tokens.toml"
    tokens.touch(0o600)
    tokens.write_text(made.out)
    (token,) = re.findall(r"shown only once: ([0-9a-f]{64})$", made.err.strip())
    assert token not in made.out
    assert call("serve", "--new-token", "no app").code == 2
    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server:
        signed_in = server.ask(f"/?token={token}")
        assert signed_in.status == 303
        kept = signed_in.headers["set-cookie"].partition(";")[0]
        found = {key: ask(server.port, f"/apps/{FOLDERS[key]}/", Cookie=kept).status for key in APPS}
    assert found == {"shop": 200, "pair": 200, "Pair": 403, "game": 403}
