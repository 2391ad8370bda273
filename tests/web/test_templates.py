"""The shape of every template: fragments that can be found, nothing a strict content policy would refuse."""

import re
from collections.abc import Iterator, Mapping

import pytest
from jinja2 import Environment, nodes

from web.i18n import Language
from web.pages import TEMPLATES, environment

INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js:", re.IGNORECASE)
TARGET = re.compile(r"""hx-target=["']#([\w-]+)["']""")


def read_templates() -> dict[str, str]:
    return {str(path.relative_to(TEMPLATES)): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")}


def faults(templates: Mapping[str, str]) -> list[str]:
    """Everything in which templates break the rules of CONTRIBUTING: blocks, targets, inline code."""
    trees = {name: Environment(autoescape=True).parse(text) for name, text in templates.items()}
    parents = {name: [e.template.value for e in tree.find_all(nodes.Extends)] for name, tree in trees.items()}
    blocks = {name: {b.name for b in tree.find_all(nodes.Block)} for name, tree in trees.items()}
    frames = {parent for of in parents.values() for parent in of}
    frame_blocks = {block for name in frames for block in blocks[name]}
    everywhere = {block for names in blocks.values() for block in names}
    found: list[str] = []
    for name, text in templates.items():
        if name not in frames:
            found += [f"{name}: {fault}" for fault in _block_faults(text, blocks[name] - frame_blocks)]
        known = everywhere if name.startswith("macros/") else _inherited(name, parents, blocks)
        found += [f"{name}: no block for hx-target #{t}" for t in TARGET.findall(text) if t not in known]
        for loop in trees[name].find_all(nodes.For):
            found += [f"{name}: block {b.name} in a loop" for b in loop.find_all(nodes.Block)]
        found += [f"{name}: inline {match.group().strip()}" for match in INLINE.finditer(text)]
    return found


def _block_faults(text: str, names: set[str]) -> Iterator[str]:
    for block in sorted(names):
        inside = re.search(r"\{%-?\s*block " + block + r"\s*-?%\}(.*)", text, re.DOTALL)
        first = re.search(r"<\w+[^>]*>", inside.group(1)) if inside else None
        if first is None or f'id="{block}"' not in first.group():
            yield f"block {block} does not begin with the element of this id"


def _inherited(name: str, parents: Mapping[str, list[str]], blocks: Mapping[str, set[str]]) -> set[str]:
    return blocks[name].union(*(_inherited(parent, parents, blocks) for parent in parents[name]))


def test_every_template_keeps_the_rules():
    assert faults(read_templates()) == []


@pytest.mark.parametrize("name", sorted(read_templates()))
@pytest.mark.parametrize("language", list(Language))
def test_every_template_compiles(language, name):
    environment(language).get_template(name)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '{% extends "f" %}{% block queue %}<p id="other"></p>{% endblock %}',
            "p: block queue does not begin with the element of this id",
        ),
        ('{% extends "f" %}{% block main %}<a hx-target="#lost"></a>{% endblock %}', "p: no block for hx-target #lost"),
        ("{% for x in y %}{% block main %}{% endblock %}{% endfor %}", "p: block main in a loop"),
        ('<p style="color: red">', "p: inline style="),
        ("<script>alert(1)</script>", "p: inline <script"),
        ('<a onclick="x()">', "p: inline onclick="),
    ],
)
def test_a_planted_fault_is_found(text, fault):
    frame = "{% block main %}{% endblock %}"
    child = '{% extends "f" %}{% block list %}<ul class="ruled" id="list"></ul>{% endblock %}<a hx-target="#list"></a>'
    assert faults({"f": frame, "p": text, "q": child}) == [fault]
