"""Compiled templates are cached next to the modules, and not used if their result would differ."""

import shutil
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

import reports
from reports.pages import compiled
from reports.pages.compiled import CompiledTemplates, compiled_inputs_checksum


def rendered(folder: Path, source: str) -> str:
    """Return the text of a template, rendered by a new environment as in a new process."""
    environment = Environment(
        loader=DictLoader({"page": source}), bytecode_cache=CompiledTemplates(folder), autoescape=True
    )
    return environment.get_template("page").render()


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = rendered(tmp_path / "kept", "usage")
    monkeypatch.setattr(Environment, "compile", None)
    assert rendered(tmp_path / "kept", "usage") == first == "usage"


def test_another_source_is_compiled_anew(tmp_path: Path) -> None:
    assert [rendered(tmp_path, source) for source in ("before", "after")] == ["before", "after"]


def test_other_words_and_filters_are_compiled_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered(tmp_path, "page")
    monkeypatch.setattr(compiled, "compiled_inputs_checksum", lambda _: "other")
    monkeypatch.setattr(Environment, "compile", None)
    with pytest.raises(TypeError):
        rendered(tmp_path, "page")


@pytest.mark.parametrize(
    "changed", ["locale/zh/LC_MESSAGES/messages.po", "content/wording/formats.py", "pages/rendering.py"]
)
def test_what_is_compiled_into_a_template_is_part_of_its_checksum(tmp_path: Path, changed: str) -> None:
    here = Path(reports.__path__[0])
    copy = shutil.copytree(here, tmp_path / "reports", ignore=shutil.ignore_patterns("static", "__pycache__"))
    assert compiled_inputs_checksum(copy) == compiled_inputs_checksum(here)
    (copy / changed).write_text((copy / changed).read_text() + "\n")
    compiled_inputs_checksum.cache_clear()
    assert compiled_inputs_checksum(copy) != compiled_inputs_checksum(here)


@pytest.mark.parametrize("kept", [b"", b"j2", b"\0" * 4096])
def test_a_damaged_one_is_compiled_anew(tmp_path: Path, kept: bytes) -> None:
    rendered(tmp_path, "page")
    for file in tmp_path.iterdir():
        file.write_bytes(kept)
    assert rendered(tmp_path, "page") == "page"


def test_a_folder_that_cannot_be_made_is_no_fault(tmp_path: Path) -> None:
    assert rendered(tmp_path / "is not there" / "kept", "page") == "page"
