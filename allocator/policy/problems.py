"""Say what is wrong with a policy file in the planner's words, not the validator's."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from allocator.policy.rules import Brought, RatioPair, Rule, SiteFilter, Ward
from allocator.policy.values import instead

_KINDS: dict[str, type[BaseModel]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(Rule)[0])
}
_TABLES: dict[str, type[BaseModel]] = {
    "sites": SiteFilter, "part": SiteFilter, "to": SiteFilter, "pairs": RatioPair,
    "brings": Brought, "wards": Ward, **_KINDS,
}  # fmt: skip
_WORDS = {
    "literal_error": "must be {expected}",
    "greater_than": "must be > {gt}",
    "greater_than_equal": "must be >= {ge}",
    "less_than_equal": "must be <= {le}",
    "too_short": "needs at least {min_length}",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "tuple_type": 'must be a list, such as ["..."]',
    "model_type": "must be a table, such as {{ ... }}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}
_HEAD_TEXTS = ("id", "title", "title_zh", "document", "source", "note")
HEAD = {*_HEAD_TEXTS, "verified", "rules"}
_LONGEST_VALUE_SHOWN = 60


def head_problems(data: dict[str, Any]) -> list[str]:
    """What is wrong with the keys above the rules."""
    problems = [
        f"unknown key {key!r}; {instead(key, sorted(HEAD))}" for key in sorted(data.keys() - HEAD)
    ]
    problems += [f"missing key {key!r}" for key in ("id", "title") if data.get(key, "") == ""]
    problems += [
        f"{key}: must be text, got {data[key]!r}"
        for key in _HEAD_TEXTS
        if not isinstance(data.get(key, ""), str)
    ]
    if not isinstance(data.get("verified", False), bool):
        problems.append(f"verified: must be true or false, got {data['verified']!r}")
    return problems


def rule_problems(error: ValidationError) -> list[str]:
    """Each finding on one rule as ``field: what is wrong, what came``."""
    return [_in_words(detail) for detail in error.errors() if not _follows_from_another(detail)]


def _follows_from_another(detail: ErrorDetails) -> bool:
    """Whether a list only counts as too short because its items were refused one by one."""
    if detail["type"] != "too_short":
        return False
    return len(detail["input"]) >= int(detail["ctx"]["min_length"])


def _in_words(detail: ErrorDetails) -> str:
    kind, location = detail["type"], detail["loc"]
    match kind:
        case "extra_forbidden":
            table = next(part for part in reversed(location[:-1]) if part in _TABLES)
            takes = list(_TABLES[str(table)].model_fields)
            return f"unknown key {_path(location)!r}; {instead(str(location[-1]), takes)}"
        case "missing":
            return f"missing key {_path(location)!r}"
        case "union_tag_not_found":
            return f"missing key {_path((*location, 'kind'))!r}"
        case "union_tag_invalid":
            tag = detail["ctx"]["tag"]
            known = [name for name in _KINDS if repr(name) in detail["ctx"]["expected_tags"]]
            return f"{_path((*location, 'kind'))}: unknown kind {tag!r}; {instead(tag, known)}"
        case "value_error":
            message = detail["msg"].removeprefix("Value error, ")
        case _:
            words = _WORDS.get(kind)
            message = words.format(**detail.get("ctx", {})) if words else detail["msg"]
            message += _got(detail["input"])
    path = _path(location)
    return f"{path}: {message}" if path else message


def _path(location: tuple[int | str, ...]) -> str:
    """Where in the rule: ``branches #1.sites.kinds #2``; a rule's own kind is left out."""
    parts: list[str] = []
    for position, part in enumerate(location):
        if isinstance(part, int):
            parts[-1] += f" #{part + 1}"
        elif not (part in _KINDS and (position == 0 or isinstance(location[position - 1], int))):
            parts.append(part)
    return ".".join(parts)


def _got(value: Any) -> str:
    shown = repr(value)
    return f", got {shown}" if len(shown) <= _LONGEST_VALUE_SHOWN else ""
