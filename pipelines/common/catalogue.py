"""Reading a catalogue of texts: `<folder>/<language>/LC_MESSAGES/messages.po`.

The msgid is the English text. Lives here: the form of the file. Does not belong here: what the texts say.
"""

import json
import re
from pathlib import Path

# An entry of a catalogue: enough of the form for ours, as tests by Babel hold. Babel itself takes a tenth of a second
# for each site.
_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def read_catalogue(folder: Path, language: str) -> dict[str, str]:
    """The translations of one language, by msgid; entries left empty are not in it."""
    content = (folder / language / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    entries = ((_joined(msgid), _joined(translated)) for msgid, translated in _ENTRY.findall(content))
    return {msgid: translated for msgid, translated in entries if msgid and translated}


def _joined(lines: str) -> str:
    return "".join(json.loads(line) for line in lines.splitlines())
