"""Tests the tokens file: which entries are refused, which entry belongs to a token, and that changes apply at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.common.project import PROJECT
from reports.serve.tokens import TokenEntry, TokensFile
from tests.reports.serve.served_site import token_of, write_tokens

DIGEST = hashlib.sha256(token_of("shop").encode()).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_tokens(tmp_path / "tokens.toml", {"shop": ["shop", "game"], "all": ["*"]})


def test_a_token_gives_its_entry_and_no_other(file: Path) -> None:
    tokens = TokensFile(file)
    found = tokens.find(token_of("shop"))
    assert found == TokenEntry(sha256=DIGEST, apps=("shop", "game"))
    assert tokens.find(token_of("all")).apps == ("*",)  # type: ignore[union-attr]
    for wrong in ("", token_of("nobody"), DIGEST, token_of("shop") + " ", token_of("shop").upper(), "é" * 30, "\ud800"):
        assert tokens.find(wrong) is None


@pytest.mark.parametrize("token", ["short-token-of-19-c", "a" * 201, "with blanks in it and long", "半角ではない" * 5])
def test_a_token_that_could_be_guessed_or_sent_wrongly_opens_nothing(tmp_path: Path, token: str) -> None:
    file = tmp_path / "tokens.toml"
    file.touch(0o600)
    file.write_text(f'[[token]]\nsha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\napps = "*"\n')
    assert TokensFile(file).find(token) is None


REFUSED = {
    "sha256 = 1": "`sha256`",
    "[[tokens]]": "`tokens`",
    f'[[token]]\nsha256 = "{DIGEST}"': "`token.0.apps`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = []': "`token.0.apps`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = "shop"': "`token.0.apps`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = ["sh/op"]': "`token.0.apps.0`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = ["shop\\n"]': "`token.0.apps.0`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = "*"\nname = "x"': "`token.0.name`",
    f'[[token]]\nsha256 = "{DIGEST.upper()}"\napps = "*"': "`token.0.sha256`",
    f'[[token]]\nsha256 = "{token_of("shop")}"\napps = "*"': "`token.0.sha256`",
    f'[[token]]\nsha256 = "{DIGEST}"\napps = "*"\n' * 2: "one token twice",
    "[[token]": "not valid TOML",
    "\udcff": "not valid TOML",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_refused_by_name_and_shows_no_token(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens.toml"
    file.touch(0o600)
    file.write_text(text, errors="surrogateescape")
    with pytest.raises(UsageError) as refused:
        TokensFile(file).entries()
    assert REFUSED[text] in refused.value.what
    assert refused.value.where == str(file)
    assert token_of("shop") not in str(refused.value)


def test_a_file_for_nobody_is_good(tmp_path: Path) -> None:
    file = write_tokens(tmp_path / "tokens.toml", {})
    assert TokensFile(file).entries() == ()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o610])
def test_a_file_that_others_may_read_or_change_is_refused(file: Path, mode: int) -> None:
    tokens = TokensFile(file)
    tokens.entries()
    file.chmod(mode)
    with pytest.raises(UsageError, match="by others") as refused:
        tokens.entries()
    assert "chmod 600" in refused.value.do


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        TokensFile(tmp_path / "nothing").entries()
    with pytest.raises(UsageError, match="is not a file"):
        TokensFile(tmp_path).entries()


def test_the_example_of_the_docs_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```toml\n(.*?)^```$", (PROJECT / "docs" / "serving.md").read_text(), re.DOTALL | re.MULTILINE
    )
    file = tmp_path / "tokens.toml"
    file.touch(0o600)
    file.write_text(example)
    assert len(TokensFile(file).entries()) == len(tomllib.loads(example)["token"]) == 2
