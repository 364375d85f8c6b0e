"""Names and notes of any kind stay text in the report."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_plans import TOLD, full_plan
from report_reader import island, read_report, table, tags

from allocator.files.report.inert import clean, json_island
from allocator.files.report.page import report

PLAN = full_plan()
HOSTILE = (
    "</script><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<!--", "-->", "]]>",
    "' onfocus='alert(1)", "{{ 7 * 7 }}", "{% raw %}", "${alert(1)}", "\u202eevil\u202c",
    "مستشفى", "&lt;b&gt;", "javascript:alert(1)", "\u2028", "\x00", "{count}", "{", "}",
    "a" * 3000, "%s %(a)s",
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=40),
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map("".join),
)


def with_name(name):
    """The plan with a name wherever a plan has one."""
    facilities = PLAN.facilities.assign(name=name)
    outlines = PLAN.outlines.assign(name=name)
    rules = {rule: {**told, "meaning": name, "clause": name, "document": name}
             for rule, told in TOLD["rules"].items()}  # fmt: skip
    told = {**TOLD, "rules": rules, "document": name, "notes": [name], "attribution": {name: name}}
    return replace(
        PLAN, region=name, facilities=facilities, outlines=outlines, provenance=told,
        units=PLAN.units.assign(name=name), compliance=PLAN.compliance.assign(note=name),
        conflicts=PLAN.conflicts.assign(words=name), marginals=PLAN.marginals.assign(words=name),
    )  # fmt: skip


BENIGN = tags(read_report(report(with_name("a name with letters only"))))


def as_read(name):
    """What an HTML reader makes of a name: its line ends may change, nothing else."""
    return clean(name).replace("\r\n", "\n").replace("\r", "\n").strip()


@settings(max_examples=30)
@example("</script><script>alert(1)</script>")
@example('x" data-t="0')
@example("{count} & {{ 1 }}")
@given(NAMES)
def test_a_name_is_text_wherever_it_stands(name):
    """The page has the same elements whatever the name, and says it as it is."""
    text = report(with_name(name))
    text.encode("utf-8")
    page = read_report(text)
    if name.strip():
        assert tags(page) == BENIGN
        rows = table(page, "facilities")
        assert {as_read(r["name"][0].removesuffix(" map")) for r in rows} == {as_read(name)}
        assert as_read(name) in as_read(page.one("h1").text)
    assert {f[1] for f in island(page, "map-data")["facilities"]} == {name}
    for element in page.walk():
        assert not any(a.startswith("on") for a in element.attributes)


@given(st.recursive(NAMES, lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_an_island_gives_back_what_was_put_in(value):
    """JSON in a page is read back as it was."""
    page = read_report(f'<script type="application/json" id="x">{json_island(value)}</script>')
    assert island(page, "x") == value
