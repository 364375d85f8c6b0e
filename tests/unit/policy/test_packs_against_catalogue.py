"""The packs and the catalogue of the five plans say the same, row by row, in both directions."""

import re
from fractions import Fraction

import pytest
from catalogue_rows import (
    EITHER,
    LEAVES,
    PARTS,
    PHRASES,
    PLANS,
    READINGS,
    ROWS,
    RULES_OF,
    figures,
    row_of,
)

from allocator.policy.policies import read_policy
from allocator.region.stock import resources

STRENGTHS = {"H": "must", "T": "target", "S": "wish", "I": "info"}
SENSES = {
    "range": "band",
    "~=": "about",
    "== (planning ceiling and target)": "==",
    "== (planning ceiling)": "==",
    "== (planned)": "==",
    "== or range": "==",
    "<= / reserved": "==",
    "<": "<=",
}
LEVELS = {
    "city proper": ("district",),
    "county": ("county",),
    "county+district": ("district", "county"),
    "street+town": ("street", "town"),
    "town": ("town",),
    "street": ("street",),
}
"""Other levels of the catalogue (city, district, facility ...) are the region as a whole."""
KINDS = {
    "per-capita quota": {"quota", "proportional", "ratio", "indicator"},
    "coverage": {"coverage", "mean_response", "site_share", "link", "indicator"},
    "facility count": {
        "count", "forced_site", "total", "served_band", "coverage", "site_share", "ratio",
        "indicator",
    },
    "ratio": {"ratio"},
    "share": {"share", "site_share", "ratio", "count"},
    "staffing": {"ratio", "inflow", "total", "proportional", "indicator"},
    "budget": {"budget", "quota", "total", "inflow"},
    "utilisation": {"service", "stay", "indicator"},
    "conditional": {"site_share", "link", "gate"},
    "parameter": {"parameter"},
    "report-only indicator": {"indicator"},
}  # fmt: skip
INDICATORS = {
    "G003", "X015", "G027", "G023.records", "G023.satisfied", "Z014.started", "Z014.approved",
    "Z019.stint",
}  # fmt: skip
"""Indicators outside the 49 report-only rows: without a number, or beside what is planned."""
UNITS = {
    "km": {"coverage"},
    "min": {"coverage", "mean_response"},
    "days": {"stay"},
    "beds": {"total", "forced_site"},
    "rooms": {"forced_site"},
    "persons/bed": {"ratio"},
    "person/vehicle": {"ratio"},
    "vehicles/tonne": {"ratio"},
    "persons/year": {"inflow"},
    "CNY/facility": {"budget"},
    "posts": {"proportional"},
    "beds (increment)": {"gate"},
    "facility per 1-2 m": {"served_band"},
    "mu": {"total"},
    "definition": {"parameter"},
    "million": {"parameter"},
    "lab/hospital": {"site_share"},
}
PER = re.compile(r"(?:beds|persons|posts|places|chairs)/(\d+)$")
DOCUMENTS = {plan: read_policy(plan).document for plan in PLANS}


def read_as(rule_id: str, field: str, cell: str, usual: str) -> str:
    """What a rule should say for a cell: the usual, or the reading that the table explains."""
    reading = READINGS.get((rule_id, field))
    if reading is None:
        return usual
    assert reading["cell"] == cell
    return reading["rule_says"]


def test_every_row_has_its_rules_and_every_rule_its_row():
    """301 rows in five plans; no rule without a row, no row without a rule."""
    assert len(ROWS) == 301
    assert set(RULES_OF) == set(ROWS)
    for plan, letter in PLANS.items():
        rules = {r.id for r in read_policy(plan).rules}
        assert {i[0] for i in rules} == {letter}
        assert {r["plan"] for i, r in ROWS.items() if i[0] == letter} == {plan}


@pytest.mark.parametrize("rule_id", LEAVES)
def test_rule_quotes_its_row(rule_id):
    """Phrase, line, year and strength are those of the row; some parts have their own phrase."""
    rule, row = LEAVES[rule_id], row_of(rule_id)
    own = PHRASES.get(rule_id)
    assert rule.clause == (own or row)["phrase"]
    assert rule.line == int((own or row)["line"])
    assert rule.strength == STRENGTHS[row["strength"]]
    years = re.findall(r"20\d\d", row["year"])
    assert rule.year == (years[-1] if years else "")
    assert rule.document == DOCUMENTS[row["plan"]]


@pytest.mark.parametrize("row_id", ROWS)
def test_numbers_are_those_of_the_row(row_id):
    """Exactly, as rationals: % as shares, irregular cells as the table of parts reads them."""
    row, rules = ROWS[row_id], RULES_OF[row_id]
    found = {n for rule in rules for n in figures(rule)}
    if named := sum(r.kind == "forced_site" and not r.brings for r in rules):
        found.add(Fraction(named))  # a named site has no number: the cell says how many there are
    if (row_id, "number") in READINGS:
        wanted = [n for n in read_as(row_id, "number", row["number"], "").split("; ") if n]
    elif row_id in PARTS:
        wanted = [n for part in PARTS[row_id] for n in _figures_of_part(part)]
    else:
        wanted = [row["number"]]
    scale = 100 if row["unit"].startswith("%") and row_id not in PARTS else 1
    assert found == {Fraction(n) / scale for n in wanted}


def _figures_of_part(part: dict[str, str]) -> list[str]:
    if "for the record" in part["meaning"]:
        return []
    # A rule need not say that something is at least none.
    return [part[k] for k in ("lower", "upper", "value") if part[k] not in {"", "0"}]


@pytest.mark.parametrize(
    "rule_id",
    [i for i in LEAVES if i.partition(".")[2] in {p["part"] for p in PARTS.get(i[:4], [])} - {""}],
)
def test_part_has_its_own_number(rule_id):
    """A rule named after a part of an irregular cell has the figures of just that part."""
    rule = LEAVES[rule_id]
    parts = [p for p in PARTS[rule_id[:4]] if p["part"] == rule_id.partition(".")[2]]
    if rule.kind != "forced_site" and (rule_id[:4], "number") not in READINGS:
        assert set(figures(rule)) == {Fraction(n) for p in parts for n in _figures_of_part(p)}


@pytest.mark.parametrize("rule_id", LEAVES)
def test_rule_has_the_kind_and_unit_of_its_row(rule_id):
    """A report-only row is an indicator and nothing else is; denominators are the row's."""
    rule, row = LEAVES[rule_id], row_of(rule_id)
    assert rule.kind in KINDS[row["kind"]]
    reported = row["kind"] == "report-only indicator" or rule_id in INDICATORS
    assert (rule.kind == "indicator") == reported
    assert rule.kind in UNITS.get(row["unit"], {rule.kind})
    if rule.kind == "quota":
        per = PER.match(row["unit"])
        if per:
            assert rule.per == int(per[1])
        elif row["unit"] == "vehicles/person":
            assert rule.per == 30_000
        else:  # CNY per person, in 10,000 CNY per 10,000 people
            assert row["unit"] == "CNY/person-year"
            assert {resources()[r].unit for r in rule.resources} == {"10,000 CNY a year"}
            assert rule.per == 10_000


@pytest.mark.parametrize("rule_id", [i for i, r in LEAVES.items() if r.kind != "indicator"])
def test_rule_has_the_level_sense_and_group_of_its_row(rule_id):
    """Where it holds, which way, and for whom; readings that differ say why."""
    rule, row = LEAVES[rule_id], row_of(rule_id)
    usual = "/".join(LEVELS.get(row["level"], ()))
    assert "/".join(rule.level) == read_as(rule_id, "level", row["level"], usual)
    assert rule.pool == (row["level"] == "city proper")
    if hasattr(rule, "sense"):
        usual = SENSES.get(row["sense"], row["sense"])
        assert rule.sense == read_as(rule_id, "sense", row["sense"], usual)
    if rule.kind in {"coverage", "mean_response"}:
        usual = {"both": "total"}.get(row["group"], row["group"])
        assert rule.group == read_as(rule_id, "group", row["group"], usual)
    if rule.kind in {"quota", "served_band"}:
        words = {w: w for w in ("urban", "elderly")}
        usual = next((g for w, g in words.items() if w in row["denominator"]), "total")
        assert rule.group == read_as(rule_id, "group", row["denominator"], usual)


def test_no_exception_is_left_over():
    """A phrase or reading of its own belongs to a rule that is there and really differs."""
    assert set(PHRASES) <= set(LEAVES)
    assert {i for i, _ in READINGS} <= set(LEAVES) | set(ROWS)
    for rule_id, own in PHRASES.items():
        row = row_of(rule_id)
        assert (own["phrase"], own["line"]) != (row["phrase"], row["line"])
    assert all(reading["why"] for reading in READINGS.values())


def test_alternatives_are_one_rule_with_branches():
    """'A or B' in a text is one rule: its line says which branch holds."""
    assert {i: [b.id for b in r.branches] for i, r in EITHER.items()} == {
        "J014/J015": ["J014", "J015"],
        "J025": ["J025.street", "J025.people"],
        "X011": ["X011.street", "X011.people"],
        "Y009": ["Y009.village", "Y009.shared"],
    }
