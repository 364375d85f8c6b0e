"""The JSON schema of scenario files, for editors: what may stand where, and what it means."""

from collections.abc import Mapping

from pydantic import TypeAdapter

from allocator.assumptions import CATALOGUE, Assumption
from allocator.files.travel_keys import keys_of_modes, schemas_of_sources
from allocator.horizon import SHORTFALLS, Years
from allocator.policy.policies import list_policies
from allocator.policy.rules import Rule
from allocator.region.stock import resources
from allocator.scenarios.docstrings import described_fields, plain_words
from allocator.scenarios.inheritance import NONE
from allocator.scenarios.samples import SamplesTable
from allocator.scenarios.scenario import Scenario
from allocator.scenarios.schema_parts import Schema, or_none, plain_schema, table_schema
from allocator.scenarios.sweep_schema import sweep_schema
from allocator.travel.journeys import Travel
from allocator.travel.means import MODES

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors of TOML know."""
_NEVER_NONE = ("by", "name", "region", "policy")
_FIXED_FIELDS = ("id", "kind", "branches")
_FACTOR: Schema = {"type": "number", "exclusiveMinimum": 0}
_OWN_RULES_NEED_NO = ("clause", "line")


def scenario_schema() -> Schema:
    """The JSON schema of scenario files: keys, values, units and meanings.

    It is somewhat wider than the reader, which also knows which rules a policy has, and which
    files there are: what the schema refuses, the reader refuses.

    >>> scenario_schema()["properties"]["maximise"]["enum"]
    ['coverage', 'worst_county', 'none']
    """
    model = plain_schema(Scenario.model_json_schema())
    definitions: dict[str, Schema] = {}
    properties = _properties(model["properties"], model["$defs"], definitions)
    sweep = sweep_schema(properties, keys_of_modes())
    samples = plain_schema(SamplesTable.model_json_schema())
    samples.pop("required")  # a file that extends another may say it
    extends = {
        "type": "string", "minLength": 1,
        "description": "Scenario file that this one changes, relative to this one.",
    }  # fmt: skip
    whole = {"extends": extends, **properties, "sweep": or_none(sweep), "samples": or_none(samples)}
    return {
        "$schema": DRAFT, "title": "A scenario of allocator", "description": model["description"],
        "type": "object", "additionalProperties": False, "properties": whole,
        "anyOf": [{"required": ["region", "policy"]}, {"required": ["extends"]},
                  {"required": ["sweep"]}],
        "not": _both_objectives(properties), "$defs": definitions,
    }  # fmt: skip


def _properties(
    given: Mapping[str, Schema], tables: Mapping[str, Schema], definitions: dict[str, Schema]
) -> dict[str, Schema]:
    """The keys of one scenario; forms that several of them use go into ``definitions``."""
    solver = tables["SolverTable"]
    for name in ("time_limit_seconds", "node_limit"):
        solver["properties"][name] = or_none(solver["properties"][name])
    rules = _rules(definitions)
    forms: dict[str, Schema] = {
        "policy": _policy(),
        "over": {"anyOf": [{"enum": ["", NONE]}, *_policy()["anyOf"]]},
        "minimise": _with_word(given["minimise"]),
        "maximise": _with_word(given["maximise"]),
        "population": {"type": "object", "additionalProperties": _FACTOR},
        "years": _years(),
        "travel": _travel(definitions),
        "assumptions": table_schema({one.name: _assumption(one) for one in CATALOGUE}, {}),
        "solver": solver,
        "outputs": tables["OutputTable"],
        "overrides": _overrides(definitions),
        "rules": {"type": "array", "items": rules},
    }
    described = {
        name: {key: schema[key] for key in schema if key == "description"}
        for name, schema in given.items()
    }
    found = {
        name: {**forms.get(name, schema), **described[name]}
        for name, schema in given.items()
        if name != "file"
    }
    return {
        name: schema if name in _NEVER_NONE or "enum" in schema or "anyOf" in schema
        else or_none(schema)
        for name, schema in found.items()
    }  # fmt: skip


def _with_word(schema: Schema) -> Schema:
    return {**schema, "enum": [*schema["enum"], NONE]}


def _policy() -> Schema:
    return {"anyOf": [{"enum": list_policies()}, {"type": "string", "pattern": r"\.\w+$"}]}


def _both_objectives(properties: Mapping[str, Schema]) -> Schema:
    """What no scenario may say: two objectives, both of them one."""
    words = {
        name: {"enum": [word for word in properties[name]["enum"] if word != NONE]}
        for name in ("minimise", "maximise")
    }
    return {"required": list(words), "properties": words}


def _years() -> Schema:
    """The table ``[years]``, described by :class:`allocator.horizon.Years`."""
    amount = {"type": "number", "minimum": 0}
    staff = [r.id for r in resources().values() if r.form == "staff"]
    year = {"type": "integer", "minimum": 1900, "maximum": 2200}
    count = {"type": "integer", "minimum": 0}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    fields: dict[str, Schema] = {
        "first": year, "last": year,
        "budget_per_year": {"anyOf": [amount, {"type": "array", "items": amount}]},
        "attrition": _by_name(staff, share),
        "hires_per_year": {"anyOf": [count, _by_name(staff, count)]},
        "shortfall": {"enum": list(SHORTFALLS)},
    }  # fmt: skip
    return table_schema(fields, described_fields(Years))


def _by_name(names: list[str], value: Schema) -> Schema:
    return table_schema(dict.fromkeys(names, value), {})


def _travel(definitions: dict[str, Schema]) -> Schema:
    """The table ``[travel]``: for every mode one of the sources."""
    sources = {name: plain_schema(one) for name, one in schemas_of_sources().items()}
    rural_by = {
        "enum": list(MODES), "description": "Mode that rural people go by instead of this one."
    }  # fmt: skip
    forms = []
    for source in sources.values():
        definitions |= source.pop("$defs", {})
        source.pop("required")  # a file that extends another may say it
        source["properties"]["rural_by"] = rural_by
        forms.append(source)
    alone = {
        "type": "object", "additionalProperties": False, "required": ["rural_by"],
        "properties": {"rural_by": rural_by},
    }  # fmt: skip
    mode = {"anyOf": [*forms, alone, {"const": NONE}]}
    fields: dict[str, Schema] = {
        "km_along": {"enum": ["", *MODES, NONE]}, **dict.fromkeys(MODES, mode)
    }  # fmt: skip
    return table_schema(fields, described_fields(Travel))


def _assumption(one: Assumption) -> Schema:
    """An assumption: its choices or limits, and where its default comes from."""
    number: Schema = {"type": "number", "minimum": one.lowest}
    if one.highest < float("inf"):
        number["maximum"] = one.highest
    options: list[Schema] = [{"enum": list(one.choices)}] if one.choices else []
    if one.words_too and not one.choices:
        options.append({"type": "string"})
    if one.words_too or not one.choices:
        options.append(number)
    if one.default is None:
        options.append({"const": NONE})
    unit = f" [{one.unit}]" if one.unit else ""
    default = {} if one.default is None else {"default": one.default}
    said = f"{one.meaning}{unit}. Source: {one.source}"
    kinds = options[0] if len(options) == 1 else {"anyOf": options}
    return {"description": plain_words(said), **kinds, **default}


def _rules(definitions: dict[str, Schema]) -> Schema:
    """A planner's own rule: one form per kind, without what a rule takes from a text."""
    whole = plain_schema(TypeAdapter(Rule).json_schema())
    definitions |= whole["$defs"]
    kinds = whole["discriminator"]["mapping"]
    for reference in kinds.values():
        form = definitions[reference.rpartition("/")[2]]
        form["required"] = [k for k in form["required"] if k not in _OWN_RULES_NEED_NO]
    return {
        "type": "object", "required": ["kind", "id"],
        "properties": {"kind": {"enum": sorted(kinds)}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
             "then": {"$ref": reference}}
            for kind, reference in kinds.items()
        ],
    }  # fmt: skip


def _overrides(definitions: Mapping[str, Schema]) -> Schema:
    """By rule id, fields that change: any that a rule of some kind has."""
    forms: dict[str, list[Schema]] = {}
    for form in definitions.values():
        if "meaning" in form.get("properties", {}):
            for name, field in form["properties"].items():
                known = forms.setdefault(name, [])
                known += [] if field in known else [field]
    properties = {
        name: {"anyOf": [*fields, {"const": NONE}]}
        for name, fields in forms.items()
        if name not in _FIXED_FIELDS
    }
    one = {
        "type": "object", "additionalProperties": False, "minProperties": 1,
        "properties": properties,
    }  # fmt: skip
    return {"type": "object", "additionalProperties": one}
