"""A policy file that makes no sense is answered in words, every problem at once."""

import pytest

from allocator.errors import InputError, PolicyError
from allocator.policy.policies import parse_policy, read_policy

HEAD = 'id = "x"\ntitle = "X"\n'
DULL = '[[rules]]\nid = "R"\nstrength = "must"\nclause = "c"\nline = 1\nmeaning = "m"\n'
QUOTA = 'kind = "quota"\nresources = ["nurses"]\nper = 1000\nsense = ">="\nnumber = 5\n'
STATIONS = 'sites = { kinds = ["ems_station"] }\n'


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as error:
        parse_policy(text, where="policy x")
    assert str(error.value).startswith("policy x: ")
    return error.value.problems


def rule_text(old: str = "", new: str = "", *, body: str = QUOTA) -> str:
    """A policy of one good rule, with one piece of its text replaced."""
    rule = DULL + body
    assert old in rule
    return HEAD + (rule.replace(old, new) if old else rule + new)


def test_the_unchanged_rule_is_good():
    """What the cases below break is whole before."""
    assert [r.id for r in parse_policy(rule_text(), where="policy x").rules] == ["R"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("line = 1", "line = 1\nhow_many = 1", "unknown key 'how_many'; known: id, strength,"),
        ("line = 1", "line = 1\nsence = 1", "unknown key 'sence'; did you mean 'sense'?"),
        ('"nurses"', '"nurse"', "resources #1: unknown resource 'nurse'; did you mean 'nurses'?"),
        ('"nurses"', '"cars"', "resources #1: unknown resource 'cars'; known: residents, "),
        ('"nurses"', "", "resources: needs at least 1, got []"),
        ('["nurses"]', '"nurses"', 'resources: must be a list, such as ["..."], got \'nurses\''),
        ('"quota"', '"quotas"', "kind: unknown kind 'quotas'; did you mean 'quota'?"),
        ('kind = "quota"\n', "", "missing key 'kind'"),
        ('clause = "c"\n', "", "missing key 'clause'"),
        ('clause = "c"', 'clause = ""', "clause: must not be empty, got ''"),
        ('meaning = "m"', "meaning = 3", "meaning: must be text, got 3"),
        ('"must"', '"hard"', "strength: must be 'must', 'target', 'wish' or 'info', got 'hard'"),
        ("line = 1", "line = -1", "line: must be >= 0, got -1"),
        ("line = 1", 'line = "one"', "line: must be a whole number, got 'one'"),
        ('">="', '"=>"', "sense: must be '>=', '<=', '==', 'band' or 'about', got '=>'"),
        ('">="', '"band"', "sense 'band' needs lower and upper and nothing else, got number"),
        ('">="\nnumber = 5', '"band"\nlower = 1',
         "sense 'band' needs lower and upper and nothing else, got lower"),
        ('">="\nnumber = 5', '"band"\nlower = 2\nupper = 1.5', "lower 2 is above upper 3/2"),
        ("number = 5\n", "", "sense '>=' needs number and nothing else, got none"),
        ("number = 5", "number = 5\nupper = 6",
         "sense '>=' needs number and nothing else, got number and upper"),
        ("number = 5", "number = -5", "number must be >= 0, got -5"),
        ("number = 5", 'number = "abc"',
         "number: expected a number such as 5.75 or '1/3', got 'abc'"),
        ("number = 5", "number = nan",
         "number: expected a number such as 5.75 or '1/3', got 'nan'"),
        ("number = 5", "number = true", "number: expected a number, got True"),
        ("per = 1000", "per = 0", "per: must be > 0, got 0"),
        ("per = 1000", "per = 1.5", "per: must be a whole number, got '1.5'"),
        ('id = "R"', 'id = ""', "id: must not be empty, got ''"),
        ("line = 1", "line = 1\npool = 3", "pool: must be true or false, got 3"),
        ("line = 1", 'line = 1\nlevel = "county"',
         "level: must be a list, such as [\"...\"], got 'county'"),
        ("line = 1", 'line = 1\ngroup = "old"', "group: must be 'total', 'urban', 'rural', "),
    ],
)  # fmt: skip
def test_quota_problem_in_words(old, new, problem):
    """One slip gives one sentence: where, what came, what is expected."""
    (found,) = problems_of(rule_text(old, new))
    rule_name = "R" if 'id = ""' not in new else ""
    assert found.startswith(f"rule {rule_name}: {problem}")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('kind = "share"\npart = "nurses"\nwhole = "nurses"\nsense = ">="\nnumber = 1.2',
         "number: must be <= 1, got '1.2'"),
        ('kind = "share"\npart = "nurses"\nwhole = "nurses"\nsense = "=="\nnumber = 1',
         "sense: must be '>=' or '<=', got '=='"),
        (f'kind = "coverage"\n{STATIONS}within_km = 3\nwithin_minutes = 9',
         "a coverage rule needs exactly one of within_minutes and within_km, got both"),
        (f'kind = "coverage"\n{STATIONS}',
         "a coverage rule needs exactly one of within_minutes and within_km, got neither"),
        (f'kind = "coverage"\n{STATIONS}within_minutes = 9\nradius = true',
         "a service radius is given in within_km"),
        (f'kind = "coverage"\n{STATIONS}within_km = 3\nshare = 0',
         "share: must be > 0, got 0"),
        (f'kind = "coverage"\n{STATIONS}within_km = 3\ngroup = "age60"',
         "group: must be 'total', 'urban' or 'rural', got 'age60'"),
        ('kind = "coverage"\nsites = { kinds = ["ems"] }\nwithin_km = 3',
         "sites.kinds #1: unknown site kind 'ems'; known: community_health_centre"),
        ('kind = "coverage"\nsites = { kind = ["ems_station"] }\nwithin_km = 3',
         "unknown key 'sites.kind'; did you mean 'kinds'?"),
        ('kind = "coverage"\nsites = "ems_station"\nwithin_km = 3',
         "sites: must be a table, such as { ... }, got 'ems_station'"),
        (f'kind = "count"\n{STATIONS}sense = ">="\nnumber = 1\nattribute = "big"',
         "attribute: unknown attribute 'big'; known: direct, decontamination"),
        ('kind = "ratio"\nnumber = 1\npairs = [{ resource = "nurses" }]',
         "pairs #1: a ratio needs exactly one of base (a resource), sites (filters) and units "
         "(levels), got none"),
        ('kind = "ratio"\nnumber = 1\n'
         'pairs = [{ resource = "nurses", base = "ambulances", sites = [{}] }]',
         "pairs #1: a ratio needs exactly one of base (a resource), sites (filters) and units "
         "(levels), got base and sites"),
        ('kind = "count"\nsense = ">="\nnumber = 1\nsites = { beds_from = 9, beds_below = 9 }',
         "sites: beds_from 9 is not below 9"),
        ('kind = "count"\nsense = ">="\nnumber = 1\n'
         'sites = { having = ["direct"], without = ["direct"] }',
         "sites: having and without both name direct"),
        (f'kind = "count"\n{STATIONS}sense = ">="\nnumber = 1\nin_share = 0.5',
         "in_share needs sense '>=', a level, and no pool: it counts units"),
        (f'kind = "count"\n{STATIONS}sense = ">="\nnumber = 1\ntimes = "nurses"',
         "times: unknown given resource 'nurses'; "),
        ('kind = "forced_site"\nsite = "s"\nbrings = [{ resource = "public_beds", amount = 0 }]',
         "brings #1.amount: must be > 0, got 0"),
        ('kind = "budget"', "a budget needs an amount or a subsidy"),
        ('kind = "budget"\nsubsidy_per_person = 15', "subsidy_per_person and people go together"),
        ('kind = "parameter"',
         "a parameter needs exactly one of number and definition, got neither"),
        ('kind = "ratio"\nnumber = 1\npairs = []', "pairs: needs at least 1, got []"),
        (f'kind = "mean_response"\n{STATIONS}minutes = 0', "minutes: must be > 0, got 0"),
        (f'kind = "served_band"\n{STATIONS}lower = 9\nupper = 3', "lower 9 is above upper 3"),
        ('kind = "forced_site"\nsite = ""', "site: must not be empty, got ''"),
        ('kind = "budget"\namount = -1', "amount: must be >= 0, got -1"),
        ('kind = "parameter"\nnumber = 0', "number: must be > 0, got 0"),
    ],
)  # fmt: skip
def test_problem_of_another_kind_in_words(body, problem):
    """Each kind's own conditions are named, not the validator's."""
    (found,) = problems_of(rule_text(body=body))
    assert found.startswith(f"rule R: {problem}")


BRANCH = 'id = "{id}"\nstrength = "must"\nclause = "c"\nline = 1\nmeaning = "m"\n'
EITHER = DULL + 'kind = "either_or"\n[[rules.branches]]\n' + BRANCH.format(id="R.a") + QUOTA


def test_either_or_needs_two_branches():
    """One branch is no choice."""
    (found,) = problems_of(HEAD + EITHER)
    assert found.startswith("rule R: branches: needs at least 2")


def test_branch_problem_names_the_branch():
    """A slip inside a branch says in which; the kind's tag stays out of the path."""
    other = BRANCH.format(id="R.b") + QUOTA.replace('["nurses"]', '["nurse"]')
    (found,) = problems_of(HEAD + EITHER + "[[rules.branches]]\n" + other)
    assert found == (
        "rule R: branches #2.resources #1: unknown resource 'nurse'; did you mean 'nurses'?"
    )


def test_a_figure_of_the_plan_is_no_branch():
    """Only rules that can be met are alternatives."""
    other = BRANCH.format(id="R.b") + 'kind = "parameter"\nnumber = 5\n'
    (found,) = problems_of(HEAD + EITHER + "[[rules.branches]]\n" + other)
    assert found.startswith(
        "rule R: branches #2.kind: unknown kind 'parameter'; known: quota, total"
    )


def test_every_problem_is_listed_at_once():
    """Four slips in three places give four problems."""
    text = (
        'name = "X"\n' + HEAD + DULL + QUOTA.replace("1000", "0").replace('">="', '"~"')
        + DULL.replace('"R"', '"S"') + QUOTA.replace("nurses", "nurs")
    )  # fmt: skip
    found = problems_of(text)
    places = [problem.split(":")[0] for problem in found]
    assert places == ["unknown key 'name'; known", "rule R", "rule R", "rule S"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id = ", "not valid TOML: "),
        ('id = "x"\nid = "y"', "not valid TOML: "),
        ("x = " + "[" * 5000, "not valid TOML: "),
        ("", "missing key 'id'"),
        ('id = ""\ntitle = "X"', "missing key 'id'"),
        (HEAD, "has no rules"),
        (HEAD + "rules = []", "has no rules"),
        (HEAD + "[rules]\nid = 1", "rules must be a list of tables: write [[rules]]"),
        (HEAD + "rules = [3]", "rule number 1: must be a table, got 3"),
        (HEAD + 'verified = "yes"', "verified: must be true or false, got 'yes'"),
        (HEAD + "source = 3", "source: must be text, got 3"),
        (HEAD + 'titel = "y"', "unknown key 'titel'; did you mean 'title'?"),
        (HEAD + 2 * (DULL + QUOTA), "rule id 'R' is used twice; every rule needs its own"),
    ],
)
def test_problem_of_the_file_in_words(text, problem):
    """What is wrong above the rules is said as plainly."""
    assert problems_of(text)[0].startswith(problem)


def test_branch_may_not_take_the_id_of_another_rule():
    """Ids are unique over rules and branches, as compliance lines are named after them."""
    other = BRANCH.format(id="R.a") + QUOTA
    (found,) = problems_of(HEAD + EITHER + "[[rules.branches]]\n" + other)
    assert found == "rule id 'R.a' is used twice; every rule needs its own"


def test_missing_file_offers_the_nearest_pack():
    """A pack's name with a slip is answered with the pack."""
    with pytest.raises(PolicyError, match=r"no file 'jiaxing-2024'; did you mean 'jiaxing-2025'\?"):
        read_policy("jiaxing-2024")


def test_missing_file_far_from_any_pack_lists_the_packs(tmp_path):
    """A path that is not there, and a folder, are errors that list what is built in."""
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(PolicyError, match=r"built in: .*jiaxing-2025"):
            read_policy(path)


def test_file_that_is_no_utf8_says_so(tmp_path):
    """A text in another encoding is refused, never guessed."""
    path = tmp_path / "gbk.toml"
    path.write_bytes('id = "嘉兴"'.encode("gbk"))
    with pytest.raises(PolicyError, match=r"policy gbk.toml: not UTF-8 text"):
        read_policy(path)


def test_policy_problem_is_an_input_error():
    """A caller may catch InputError or ValueError."""
    assert issubclass(PolicyError, InputError)
    assert issubclass(PolicyError, ValueError)
