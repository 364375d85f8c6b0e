"""How good a plan is, what to beware of, and what it takes to make it again."""

from collections.abc import Mapping
from typing import Any

from allocator.files import map_contents as contents
from allocator.files.provenance import document
from allocator.files.report.figures import figure, percent
from allocator.files.report.wording import Text, joined, phrase, said, sentence
from allocator.plans import Plan


def proof_line(plan: Plan) -> Text:
    """How good the plan is, in a line."""
    value = f"{figure(plan.objective_value)} {plan.objective_unit}"
    if plan.gap == plan.gap and plan.gap != float("inf"):
        return phrase(
            "{objective}: {value}; {status}, gap {gap}", objective=said(plan.objective),
            value=value, status=said(plan.status.value), gap=percent(plan.gap),
        )  # fmt: skip
    return phrase("{objective}: nothing is proven of it", objective=said(plan.objective))


def cautions(plan: Plan) -> list[Text]:
    """What a reader must know before believing the numbers."""
    found = []
    if plan.interrupted:
        found.append(phrase("Interrupted: this is the best plan found so far."))
    if edited := plan.provenance.get("edited_by_hand"):
        names = ", ".join(map(str, edited)) if isinstance(edited, list) else str(edited)
        found.append(phrase("Edited by hand after it was written: {names}.", names=names))
    if not plan.reproducible:
        found.append(phrase("Stopped by the clock or by hand: another run may differ."))
    if plan.provenance.get("policy_verified") is False:
        found.append(
            phrase("The text of the policy was not checked against the published original.")
        )
    if parts := contents.modelled_parts(plan):
        words = joined([phrase(part) for part in parts])
        found.append(phrase("MODELLED, not measured: {parts}.", parts=words))
    return found


def made(plan: Plan) -> list[tuple[Text, list[str | Text]]]:
    """The reproducibility block: versions, settings, and the hashes of inputs and tables."""
    told = document(plan)
    origin = told["provenance"]
    solver = origin.get("solver") or {}
    versions = origin.get("versions") or {}
    sources = origin.get("sources") or []
    rows: list[tuple[Text, list[str | Text]]] = [
        (phrase("written by"), [str(told["written_by"])]),
        (phrase("policy"), [f"{plan.policy} {origin.get('policy_sha256') or ''}".strip()]),
        (phrase("scenario"), [
            f"{origin['scenario']} {origin.get('scenario_sha256') or ''}".strip()
        ] if origin.get("scenario") else []),
        (phrase("solver"), [", ".join(f"{k} {v}" for k, v in solver.items())]),
        (phrase("versions"), [", ".join(f"{k} {v}" for k, v in versions.items())]),
        (phrase("coordinate system"), [plan.crs]),
        (phrase("seconds"), [f"{plan.seconds:.1f}"]),
        (phrase("the same again"), [str(plan.reproducible).lower()]),
        (phrase("inputs and their SHA-256"), [
            _source(s) for s in sources
        ]),
        (phrase("tables and their SHA-256"), [f"{k} {v}" for k, v in told["tables"].items()]),
        (phrase("whose data"), [
            f"{k}: {v}" for k, v in (origin.get("attribution") or {}).items()
        ]),
    ]  # fmt: skip
    return [(label, values) for label, values in rows if any(values)]


def _source(source: Mapping[str, Any]) -> Text:
    """An input file with its hash, what its figures are, and what is noted of it."""
    file, sha, basis, note = (str(source.get(k) or "") for k in ("file", "sha256", "basis", "note"))
    both = joined([Text.same(f"{file} {sha}"), said(basis), sentence(note)], (" ", " "))
    return Text(both.english.strip(), both.chinese.strip())
