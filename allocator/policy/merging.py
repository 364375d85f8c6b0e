"""A local plan over another one, with a planner's own rules and overrides.

Nothing is dropped in silence: rules of both policies keep their lines, each with its origin, and
where two speak of one thing the stricter is named in their remarks.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from allocator.errors import PolicyError, raise_if_any
from allocator.policy.checks.comparisons import compared
from allocator.policy.policies import Policy, parse_rules
from allocator.policy.rules import EitherOr, Parameter, Rule
from allocator.policy.words import exact_text

OWN_RULE = "own rule"
"""Origin of a rule that a planner adds."""
_FIXED = ("id", "kind", "branches")
_NOTHING = "none"
"""What an override says to leave a field empty, as TOML has no null."""


def merged(
    policy: Policy,
    *,
    over: Policy | None = None,
    rules: Sequence[Mapping[str, Any]] = (),
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> Policy:
    """Lay a policy over another one, and add a planner's own rules and changes.

    Parameters
    ----------
    policy
        The local plan.
    over
        What it is laid over: a national plan, say. All its rules are added, but for people of the
        plan's year where the local plan states them too.
    rules
        The planner's own, one mapping per rule, with the keys of ``[[rules]]`` in a policy file.
    overrides
        Rule id -> fields that are to be different; ``"none"`` empties a field. Branches of an
        either-or have their own ids.

    Returns
    -------
    Policy
        With ``origins`` (where a rule is not the local plan's own: the other policy's id,
        ``own rule``, ``override of ...``) and ``remarks`` (which of two rules is the stricter, and
        what an override changed).

    Raises
    ------
    PolicyError
        Listing every problem: ids used twice, unknown ids, kinds, fields and values.

    Examples
    --------
    >>> from allocator.policy.policies import read_policy
    >>> jiaxing, national = read_policy("jiaxing-2025"), read_policy("national")
    >>> merged(jiaxing, over=national).remarks["N001"]
    'J012 (jiaxing-2025) is stricter'
    """
    origins: dict[str, str] = {}
    together = list(policy.rules)
    if over is not None:
        stated = {_states(r) for r in policy.rules if isinstance(r, Parameter)}
        added = [r for r in over.rules if not isinstance(r, Parameter) or _states(r) not in stated]
        origins |= dict.fromkeys(_ids(added), over.id)
        together += added
    changed, remarks, problems = _overridden(together, overrides or {}, policy, origins)
    own, found = parse_rules([dict(r) if isinstance(r, Mapping) else r for r in rules])
    problems += [*found, *_taken(own, changed)]
    raise_if_any(problems, where=f"policy {policy.id}", kind=PolicyError)
    origins |= dict.fromkeys(_ids(own), OWN_RULE)
    whole = replace(
        policy, rules=(*changed, *own), origins=origins, sha256=_hash_of_both(policy, over)
    )
    return replace(whole, remarks=_joined(remarks, _stricter(whole)))


def _states(rule: Parameter) -> str:
    return "number" if rule.number is not None else "definition"


def _ids(rules: Sequence[Rule]) -> list[str]:
    return [r.id for rule in rules for r in (rule, *getattr(rule, "branches", ()))]


def _taken(own: Sequence[Rule], others: Sequence[Rule]) -> list[str]:
    taken = set(_ids(others))
    return [
        f'rule {name}: this id is taken; change that rule under [overrides."{name}"], or give '
        "yours another id"
        for name in _ids(own)
        if name in taken
    ]


def _hash_of_both(policy: Policy, over: Policy | None) -> str:
    if over is None:
        return policy.sha256
    return hashlib.sha256((policy.sha256 + over.sha256).encode()).hexdigest()


def _overridden(
    rules: Sequence[Rule],
    overrides: Mapping[str, Mapping[str, Any]],
    policy: Policy,
    origins: dict[str, str],
) -> tuple[list[Rule], dict[str, str], list[str]]:
    """The rules as overridden, what was changed by id, and what is wrong; fills ``origins``."""
    known = _ids(rules)
    problems = []
    for name, fields in overrides.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            problems.append(f"overrides.{name}: no rule of this id{hint}")
        elif not isinstance(fields, Mapping) or not fields:
            problems.append(f"overrides.{name}: must be a table of fields, got {fields!r}")
        else:
            problems += [
                f"overrides.{name}: {key} cannot be changed; write a rule of your own"
                for key in _FIXED
                if key in fields
            ]
    if problems:
        return list(rules), {}, problems
    found, remarks = [], {}
    for rule in rules:
        names = [name for name in _ids([rule]) if name in overrides]
        if not names:
            found.append(rule)
            continue
        changed, wrong = parse_rules([_changed(rule, overrides)])
        problems += [f"overrides: {problem}" for problem in wrong]
        for name in names:
            was = origins.get(name, policy.id)
            remarks[name] = _what_changed(rule, name, overrides[name], was)
            origins[name] = f"override of {was}"
        found += changed
    return found, remarks, problems


def _changed(rule: Any, overrides: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A rule as a table, with the fields that an override gives, branches too."""
    fields = {**rule.model_dump(exclude_unset=True), "kind": rule.kind}
    if isinstance(rule, EitherOr):
        fields["branches"] = [_changed(branch, overrides) for branch in rule.branches]
    fields |= overrides.get(rule.id, {})
    return {key: value for key, value in fields.items() if value != _NOTHING}


def _what_changed(rule: Any, name: str, fields: Mapping[str, Any], was: str) -> str:
    (before,) = [r for r in (rule, *getattr(rule, "branches", ())) if r.id == name]
    parts = [f"{k} {_shown(v)} in place of {_shown(getattr(before, k, None))}"
             for k, v in fields.items()]  # fmt: skip
    return f"{', '.join(parts)} ({was})"


def _shown(value: Any) -> str:
    if isinstance(value, Fraction):
        return exact_text(value)
    return _NOTHING if value is None else str(value)


def _stricter(policy: Policy) -> dict[str, str]:
    """For rules of different origin on one subject: which of them asks for more."""
    remarks: dict[str, str] = {}
    for finding in compared(policy):
        first, second = finding.rules
        if not finding.decides or policy.origin_of(first) == policy.origin_of(second):
            continue
        lax = second if finding.decides == first else first
        for name, text in (
            (finding.decides, f"stricter than {_named(policy, lax)}"),
            (lax, f"{_named(policy, finding.decides)} is stricter"),
        ):
            remarks = _joined(remarks, {name: text})
    return remarks


def _named(policy: Policy, name: str) -> str:
    return f"{name} ({policy.origin_of(name)})"


def _joined(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    return {
        name: "; ".join(texts[name] for texts in (first, second) if name in texts)
        for name in (*first, *(n for n in second if n not in first))
    }
