"""Pages of a site as Chromium shows them, read once into plain data in which tests search by CSS selector.

`take` in `tour.py` reads a page; a `Node` is an element of it. Tests that act on a page use `Reader` of `conftest.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

Match = Callable[["Node"], bool]
Box = tuple[float, float, float, float]

# The drawings of Plotly are left out, except for words: `chart` has the numbers.
READ = """() => {
  const skipped = new Set(["head", "style", "noscript", "defs"]);
  const drawn = new Set(["scatterlayer", "barlayer", "bglayer", "gridlayer", "zerolinelayer", "shapelayer"]);
  const chart = ({data, layout}) => ({
    traces: data.map(({x, y, meta, marker, name, connectgaps}) => ({x, y, look: meta.look, series: meta.series,
      name, connectgaps, symbols: marker.symbol})),
    shapes: layout.shapes.map(({type, name, path, x0, x1, label}) => ({type, name, path, x0, x1,
      text: label && label.text})),
  });
  const read = (one) => {
    const {left, top, right, bottom} = one.getBoundingClientRect();
    const text = one.innerText ?? one.textContent;
    return {
      tag: one.localName, text,
      attributes: Object.fromEntries(Array.from(one.attributes, ({name, value}) => [name, value])),
      content: one.textContent === text ? undefined : one.textContent,
      visible: right > left && bottom > top && one.checkVisibility({visibilityProperty: true}),
      box: [left, top + scrollY, right, bottom + scrollY],
      colour: getComputedStyle(one)[one.localName === "path" ? "stroke" : "color"],
      chart: one.dataset && one.dataset.layer && one.data ? chart(one) : undefined,
      children: Array.from(one.children).filter(({localName, classList}) =>
        !skipped.has(localName) && !drawn.has(classList[0])).map(read),
    };
  };
  return JSON.stringify(read(document.documentElement));
}"""


class Node:
    """An element of a page: its words, attributes, place and colour at the time when the page was read."""

    def __init__(self, raw: dict[str, Any], parent: Node | None = None) -> None:
        self.tag: str = raw["tag"]
        self.text: str = raw["text"]
        self.content: str = raw.get("content", self.text)
        self.attributes: dict[str, str] = raw["attributes"]
        self.classes = self.attributes.get("class", "").split()
        self.visible: bool = raw["visible"]
        self.box: Box = tuple(raw["box"])
        self.colour: str = raw["colour"]
        self.chart: dict[str, Any] = raw.get("chart", {})
        self.parent = parent
        self.children = [Node(child, self) for child in raw["children"]]

    def __iter__(self) -> Iterator[Node]:
        """Yield all elements below this one, in the order of the page."""
        for child in self.children:
            yield child
            yield from child

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    @property
    def words(self) -> str:
        """The text in one line."""
        return " ".join(self.text.split())

    @property
    def target(self) -> str:
        """The address of a link without query parameters."""
        return self["href"].split("?")[0]

    def all(self, selector: str, text: str = "") -> list[Node]:
        """Return the elements below this one that match the selector and contain `text`, in the order of the page."""
        match = _selector(selector)
        return [one for one in self if match(one) and text in one.content]

    def one(self, selector: str, text: str = "") -> Node:
        """Return the first element that `all` returns, and fail if there is none."""
        found = self.all(selector, text)
        assert found, f"no {selector}"
        return found[0]

    def count(self, selector: str, text: str = "") -> int:
        """Return how many elements match."""
        return len(self.all(selector, text))

    def texts(self, selector: str) -> list[str]:
        """Return the text of each element that matches."""
        return [one.text for one in self.all(selector)]

    def contents(self, selector: str) -> list[str]:
        """Return the text of each element that matches, hidden words included."""
        return [one.content for one in self.all(selector)]

    def rows(self, selector: str) -> list[list[str]]:
        """Return the cells of the body of the first table that matches."""
        body = self.one(selector).one("tbody")
        return [[cell.words for cell in row.children] for row in body.children]


@cache
def _selector(text: str) -> Match:
    """Return a function that reports whether a node matches one of the selectors in a list, such as `h1, .card a`."""
    choices = [_complex(one.strip()) for one in _split(text)]
    return lambda node: any(match(node) for match in choices)


def _split(text: str) -> list[str]:
    """Split a list of selectors at the commas outside brackets."""
    return re.findall(r"(?:[^,(\[]|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\))+", text)


_PIECE = re.compile(
    r"(?P<link> *[>+] *| +)|(?P<tag>[a-z][\w-]*|\*)|#(?P<id>[\w-]+)|\.(?P<name>[\w-]+)"
    r"|\[(?P<attribute>[\w-]+)(?:(?P<sign>[\^$*]?)=[\"']?(?P<value>[^\"'\]]*)[\"']?)?\]"
    r"|:(?P<pseudo>[a-z-]+)(?:\((?P<inner>(?:[^()]|\([^()]*\))*)\))?"
)


def _complex(text: str) -> Match:
    """Return a function that reports whether a node matches a selector without commas, such as `.card > a`."""
    links: list[str] = []
    parts: list[list[Match]] = [[]]
    place = 0
    while place < len(text):
        found = _PIECE.match(text, place)
        assert found, f"unknown selector {text[place:]}"
        place = found.end()
        if found["link"]:
            links.append(found["link"].strip())
            parts.append([])
        else:
            parts[-1].append(_simple(found))

    def fits(node: Node, last: int) -> bool:
        if not all(match(node) for match in parts[last]):
            return False
        if last == 0:
            return True
        link, before = links[last - 1], node.parent
        if link == "+":
            place = before.children.index(node) if before else 0
            return bool(before and place and fits(before.children[place - 1], last - 1))
        while before:
            if fits(before, last - 1):
                return True
            before = None if link == ">" else before.parent
        return False

    return lambda node: fits(node, len(parts) - 1)


def _simple(found: re.Match[str]) -> Match:
    """Return a function that reports whether a node meets one condition, such as a tag, id, class or attribute."""
    tag, name, attribute, value, inner = (found[key] for key in ("tag", "name", "attribute", "value", "inner"))
    if tag:
        return lambda node: tag in (node.tag, "*")
    if found["id"]:
        return lambda node: node.attributes.get("id") == found["id"]
    if name:
        return lambda node: name in node.classes
    if attribute:
        test = {"": str.__eq__, "^": str.startswith, "$": str.endswith, "*": str.__contains__, None: None}[
            found["sign"] if value is not None else None
        ]
        return lambda node: attribute in node.attributes and (not test or test(node[attribute], value))
    if found["pseudo"] == "visible":
        return lambda node: node.visible
    if found["pseudo"].endswith("-child"):
        place = int(inner) - 1 if inner else {"first-child": 0, "last-child": -1}[found["pseudo"]]
        return lambda node: node.parent is not None and node in node.parent.children[place : place + 1 or None]
    match = _selector(inner)
    return {
        "has": lambda node: any(match(one) for one in node),
        "not": lambda node: not match(node),
        "is": match,
    }[found["pseudo"]]
