"""Policy: load, check and list the rules of a published plan."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from allocator.errors import PolicyError, raise_if_any
from allocator.policy.figures import figure_of
from allocator.policy.problems import head_problems, rule_problems
from allocator.policy.rules import EitherOr, Parameter, Rule
from allocator.reprs import block, small_table

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
_OWN_RULE = {"clause": "own rule, not from a text", "line": 0}


@dataclass(frozen=True)
class Policy:
    """What must hold: rules, each with the clause it comes from.

    ``verified`` tells whether the text was checked against the published original; ``origins``
    names where rules come from that are not the policy's own, and ``remarks`` says how rules of
    different origin stand to one another; both by rule id (see :mod:`allocator.policy.merging`).
    """

    id: str
    title: str
    rules: tuple[Rule, ...]
    title_zh: str = ""
    document: str = ""
    source: str = ""
    verified: bool = False
    note: str = ""
    sha256: str = ""
    origins: Mapping[str, str] = field(default_factory=dict, hash=False)
    remarks: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        problems = []
        for name in self._all_ids():
            if name in seen:
                problems.append(f"rule id {name!r} is used twice; every rule needs its own")
            seen.add(name)
        if not self.rules:
            problems.append("has no rules")
        raise_if_any(problems, where=f"policy {self.id}", kind=PolicyError)

    def _all_ids(self) -> list[str]:
        ids = []
        for rule in self.rules:
            ids.append(rule.id)
            if isinstance(rule, EitherOr):
                ids.extend(branch.id for branch in rule.branches)
        return ids

    def origin_of(self, rule_id: str) -> str:
        """Where a rule, or a branch of one, comes from: the policy itself unless said."""
        return self.origins.get(rule_id, self.id)

    @property
    def stated_population(self) -> Fraction | None:
        """Residents in the plan's year, where the plan states them."""
        stated = [r.number for r in self.rules if isinstance(r, Parameter)]
        known = [number for number in stated if number is not None]
        return known[-1] if known else None

    def table(self) -> pd.DataFrame:
        """One row per rule: what it asks for, how strongly, where, and the clause it is from."""
        columns = [
            "id", "kind", "number", "unit", "strength", "level", "year", "line", "meaning",
            "clause",
        ]  # fmt: skip
        rows = []
        for r in self.rules:
            figure, level = figure_of(r), "/".join(r.level) or "region"
            rows.append([
                r.id, r.kind, figure.number, figure.unit, r.strength, level, r.year, r.line,
                r.meaning, r.clause,
            ])  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        strengths = pd.Series([r.strength for r in self.rules]).value_counts()
        counts = ", ".join(f"{n} {s}" for s, n in strengths.items())
        checked = "" if self.verified else "; unverified copy"
        return f"<Policy {self.id}: {self.title}; {len(self.rules)} rules ({counts}){checked}>"

    def _repr_html_(self) -> str:
        title = f"{self.id}: {self.title}" + ("" if self.verified else " (unverified copy)")
        table = self.table()
        counts = [
            f"{strength}: {len(rows):,} ("
            + ", ".join(f"{n} {kind}" for kind, n in rows["kind"].value_counts().items())
            + ")"
            for strength, rows in table.groupby("strength", sort=False)
        ]
        columns = ["id", "kind", "number", "unit", "strength", "level", "meaning", "clause"]
        lines = [title, f"{len(table):,} rules", *counts]
        return block(lines, small_table(table[columns], rest="policy.table()"))


def list_policies() -> list[str]:
    """Ids of the built-in packs.

    >>> "jiaxing-2025" in list_policies()
    True
    """
    packs = files("allocator.policy").joinpath("packs")
    return sorted(p.name.removesuffix(".toml") for p in packs.iterdir() if p.name.endswith(".toml"))


def read_policy(source: str | Path) -> Policy:
    """Load a built-in pack by id, or a policy file by path.

    Parameters
    ----------
    source
        ``jiaxing-2025``, or the path of a TOML file.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        Listing every problem: unknown keys, units, kinds, numbers that are no numbers.
    """
    name = str(source)
    if name in list_policies():
        text = files("allocator.policy").joinpath("packs", f"{name}.toml").read_text("utf-8")
        return parse_policy(text, where=f"policy {name}")
    path = Path(source)
    if not path.is_file():
        near = get_close_matches(name, list_policies(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise PolicyError(
            f"no built-in policy and no file {name!r}{hint} "
            f"(built in: {', '.join(list_policies())})",
            where="policy",
        )
    try:
        text = path.read_text("utf-8-sig")  # editors on Windows add a byte-order mark
    except UnicodeDecodeError as error:
        raise PolicyError(f"not UTF-8 text: {error}", where=f"policy {path.name}") from error
    return parse_policy(text, where=f"policy {path.name}")


def parse_policy(text: str, *, where: str) -> Policy:
    """Build a policy from the text of a TOML file; see :func:`read_policy`."""
    try:
        data = tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"not valid TOML: {error}", where=where) from error
    usual = {"document": str(data.get("document", ""))}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return _checked(data, usual, where=where, sha256=digest)


def make_policy(
    id: str,
    title: str,
    rules: Sequence[Mapping[str, Any]],
    *,
    document: str = "",
    source: str = "",
    note: str = "",
    title_zh: str = "",
    verified: bool = False,
) -> Policy:
    """Build a policy from rules written in Python, with the checks that a file gets.

    Parameters
    ----------
    id, title
        Name of the policy, for tables and for people.
    rules
        One mapping per rule, with the keys that ``[[rules]]`` has in a policy file. ``clause``
        and ``line`` may be left out: then the rule counts as your own, not from a text.
    document, source, note, title_zh, verified
        See :class:`Policy`.

    Returns
    -------
    Policy

    Raises
    ------
    PolicyError
        Listing every problem: unknown keys, units, kinds, numbers that are no numbers.

    Examples
    --------
    >>> make_policy("mine", "My rules", [
    ...     {"id": "beds", "kind": "quota", "strength": "must", "meaning": "4.5 beds per 1,000",
    ...      "resources": ["public_beds"], "sense": ">=", "number": 4.5, "per": 1000},
    ... ])
    <Policy mine: My rules; 1 rules (1 must); unverified copy>
    """
    data = {
        "id": id, "title": title, "title_zh": title_zh, "document": document, "source": source,
        "note": note, "verified": verified, "rules": _as_tables(rules),
    }  # fmt: skip
    usual = {"document": document, **_OWN_RULE}
    return _checked(data, usual, where=f"policy {id}")


def _as_tables(rules: Any) -> Any:
    if isinstance(rules, str) or not isinstance(rules, Sequence):
        return rules
    return [dict(rule) if isinstance(rule, Mapping) else rule for rule in rules]


def _checked(
    data: Mapping[str, Any], usual: Mapping[str, Any], *, where: str, sha256: str = ""
) -> Policy:
    """Build a policy from its head and rules; ``usual`` is what a rule says if it does not."""
    problems = head_problems(dict(data))
    head = {key: value for key, value in data.items() if key != "rules"}
    raw = data.get("rules", [])
    if not isinstance(raw, list):
        problems.append("rules must be a list of tables: write [[rules]], or a list of dicts")
        raw = []
    rules, found = parse_rules(raw, usual)
    raise_if_any([*problems, *found], where=where, kind=PolicyError)
    return Policy(rules=tuple(rules), sha256=sha256, **head)


def parse_rules(
    raw: Sequence[Any], usual: Mapping[str, Any] | None = None
) -> tuple[list[Rule], list[str]]:
    """The rules of a list of tables, and what is wrong with the others.

    Parameters
    ----------
    raw
        One mapping per rule, with the keys that ``[[rules]]`` has in a policy file.
    usual
        What a rule says if it does not; by default that it is the planner's own.
    """
    rules, problems = [], []
    for position, item in enumerate(raw, 1):
        rule, found = _parse_rule(item, position, _OWN_RULE if usual is None else usual)
        problems += found
        rules += [rule] if rule is not None else []
    return rules, problems


def _parse_rule(
    item: Any, position: int, usual: Mapping[str, Any]
) -> tuple[Rule | None, list[str]]:
    if not isinstance(item, dict):
        return None, [f"rule number {position}: must be a table, got {item!r}"]
    name = item.get("id", f"number {position}")
    try:
        return _RULE.validate_python(_completed(item, usual)), []
    except ValidationError as error:
        return None, [f"rule {name}: {problem}" for problem in rule_problems(error)]


def _completed(item: dict[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Say the usual in a rule, and in its branches, that say nothing else."""
    branches = item.get("branches")
    if isinstance(branches, list):
        inside = [_completed(b, usual) if isinstance(b, dict) else b for b in branches]
        item = {**item, "branches": inside}
    return {**usual, **item}
