"""Every built-in policy: where it comes from, what a plan of it says, and all its rules."""

import re
import tomllib
from typing import Any

from markdown_parts import cell, table
from repository import ROOT, Site

from allocator.policy.figures import figure_of
from allocator.policy.policies import Policy, list_policies, read_policy

_TELLS = "allocator/policy/packs/README.md"

_WITHOUT_REGION = """It has no region of its own: lay it over another policy (`over`), and its lines
stand beside the others.
"""
_ON_A_REGION = """[{title}](../regions/{region}.md), planned by
`allocator plan data/{region}/scenario.toml --out plans/{region}`, counted by what the lines say:

{counted}
What gave way, what is not evaluated and why: [what plans of them
say](index.md#what-plans-of-them-say).
"""


def add_to(site: Site) -> None:
    """Make a page for each."""
    regions = _regions()
    for name in list_policies():
        site.pages[f"policies/{name}.md"] = _page(read_policy(name), regions.get(name))


def _page(policy: Policy, region: str | None) -> str:
    parts = [f"# {policy.title}\n"]
    facts = [["id", f"`{policy.id}`"], ["title", policy.title_zh], ["document", policy.document]]
    compared = "yes" if policy.verified else "no"
    facts += [["copy", policy.source], ["compared with the original", compared]]
    facts.append(["note", policy.note])
    parts.append(table(["", ""], [fact for fact in facts if fact[1]]))
    parts.append(f"## On its example region\n\n{_compliance(policy.id, region)}")
    rows = []
    for rule in policy.rules:
        branches = getattr(rule, "branches", ())
        rows += [_row(rule), *(_row(branch, "&nbsp;&nbsp;") for branch in branches)]
    heads = ["rule, kind", "strength, level", "figure", "meaning, and its clause"]
    parts.append(f"## Rules\n\n{table(heads, rows, as_is=True)}")
    return "\n".join(parts)


def _row(rule: Any, indent: str = "") -> list[str]:
    level = "/".join(rule.level) + (" together" if rule.pool else "")
    kind = f"[`{rule.kind}`](../rules/{rule.kind}.md)"
    figure = "either" if rule.kind == "either_or" else figure_of(rule).short
    clause = f"{cell(rule.clause)} (line {rule.line})" if rule.line else cell(rule.clause)
    said = f"{cell(rule.meaning)}<br>{clause}"
    return [f"{indent}{rule.id}<br>{kind}", f"{rule.strength}<br>{level}", figure, said]


def _compliance(name: str, region: str | None) -> str:
    if region is None:
        return _WITHOUT_REGION
    text = (ROOT / _TELLS).read_text("utf-8")
    section = text[text.index("## What plans of them say") :]
    lines = re.findall(r"^\|.*\|$", section, flags=re.MULTILINE)
    heads, values = ([part.strip() for part in line.strip("|").split("|")] for line in (
        lines[0], next(line for line in lines if line.startswith(f"| {name} "))
    ))  # fmt: skip
    counted = table(["figures of the document", ""], zip(heads[1:], values[1:], strict=True))
    return _ON_A_REGION.format(title=region.capitalize(), region=region, counted=counted)


def _regions() -> dict[str, str]:
    """Policy to the folder of data/ whose scenario plans it."""
    found = {}
    for path in sorted((ROOT / "data").glob("*/scenario.toml")):
        found[tomllib.loads(path.read_text("utf-8"))["policy"]] = path.parent.name
    return found
