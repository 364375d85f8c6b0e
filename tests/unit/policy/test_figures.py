"""What a rule asks for, as a number with its sense and unit."""

from typing import get_args

import pytest
from builders import rule

from allocator.policy.figures import figure_of
from allocator.policy.policies import list_policies, read_policy
from allocator.policy.rules import Rule

HOSPITALS = {"kinds": ["general_hospital"]}


@pytest.mark.parametrize(
    ("kind", "fields", "number", "text"),
    [
        ("quota", {"resources": ["nurses"], "number": 5.75}, "5.75",
         ">= 5.75 registered nurses per 1,000 residents"),
        ("quota", {"resources": ["nurses"], "sense": "band", "number": None, "lower": "1/3",
                   "upper": 1, "group": "urban"}, "1/3..1",
         "1/3 to 1 registered nurses per 1,000 urban residents"),
        ("total", {"resources": ["infectious_beds"], "number": 12_345}, "12345",
         ">= 12,345 infectious-disease beds"),
        ("share", {"part": "tcm_beds", "whole": "public_beds", "number": 0.125, "sense": ">="},
         "0.125", ">= 12.5 % of public beds: public TCM-hospital beds"),
        ("ratio", {"number": "1/3", "pairs": [{"resource": "nurses", "base": "public_beds"},
                                              {"resource": "gps", "units": ["town"]}]},
         "1/3", ">= 1/3 registered nurses per public beds; general practitioners per town"),
        ("count", {"sites": {**HOSPITALS, "run_by": ["private"], "new": True, "beds_from": 300},
                   "number": 1, "in_share": 0.5, "level": ["county"]}, "1",
         ">= 1 new private general hospital of 300 beds or more, in 50 % of the units"),
        ("forced_site", {"site": "X", "attribute": "direct", "brings": [
            {"resource": "public_beds", "amount": 166}, {"resource": "land_mu", "amount": 3}]},
         "166; 3", "166; 3 public beds; hospital land by X, run directly by the emergency centre"),
        ("coverage", {"sites": HOSPITALS, "within_km": 3.5, "group": "rural", "share": 0.9}, "3.5",
         "<= 3.5 km to general hospital for 90 % of rural residents"),
        ("mean_response", {"sites": HOSPITALS, "minutes": 11}, "11",
         "<= 11 min on the mean of residents"),
        ("served_band", {"sites": HOSPITALS, "lower": 30_000, "upper": 100_000}, "30000..100000",
         "30,000 to 100,000 residents per general hospital"),
        ("site_share", {"sites": [HOSPITALS], "attribute": "standard", "sense": ">=",
                        "number": 0.95}, "0.95", ">= 95 % of general hospital: meets the standard"),
        ("budget", {"amount": 5_000_000}, "5000000", "<= 5,000,000 in all"),
        ("budget", {"subsidy_per_person": 15, "people": "served_people"}, "15",
         "15 paid for everyone of people served by community health centres"),
        ("budget", {"subsidy_per_site": 50_000, "sites": {"kinds": ["village_clinic"]},
                    "attribute": "standard"}, "50000",
         "50,000 paid for each village clinic that becomes: meets the standard"),
        ("parameter", {"number": 5_800_000}, "5800000", "== 5,800,000 residents"),
        ("parameter", {"definition": "resident"}, "", "resident people"),
        ("indicator", {"number": "72", "unit": "% of the elderly"}, "72", "72 % of the elderly"),
        ("service", {"demand": "visits", "share": 0.65, "by": "primary_physicians",
                     "capacity": "visits_per_physician"}, "0.65",
         ">= 65 % of visits of residents, within the capacity of physicians of primary care"),
        ("inflow", {"resource": "gp_trainees", "each": "year", "number": 200}, "200",
         ">= 200 commissioned trainees in general practice every year"),
    ],
)  # fmt: skip
def test_figure_of_each_kind(kind, fields, number, text):
    """The exact number for programs, the sentence for people."""
    figure = figure_of(rule(kind, **fields))
    assert figure.number == number
    assert figure.text == text


def test_every_kind_has_a_figure():
    """A new kind of rule says what it asks for, too."""
    from allocator.policy import figures

    kinds = {model.model_fields["kind"].default for model in get_args(get_args(Rule)[0])}
    assert kinds - {"either_or"} <= set(figures._OF_KIND)


@pytest.mark.parametrize("pack", list_policies())
def test_every_rule_of_the_packs_has_a_figure(pack):
    """A number where the rule has one, and always what it counts."""
    for found in read_policy(pack).rules:
        figure = figure_of(found)
        assert figure.unit, found.id
        assert figure.text, found.id
