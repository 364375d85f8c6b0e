"""The documentation site: it is whole, opens without a network, and its code runs."""

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browsers import started_browser
from pages import blocks, run_python, write_files
from typer.main import get_command

import allocator as al
from allocator.assumptions import CATALOGUE
from allocator.auditing.compliance import _LINES_OF_KIND
from allocator.cli.app import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src"}
LOADED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "preconnect", "dns-prefetch"}
INSTALLS = ("python3 -m venv", ". .venv", "pip install")
"""What the first steps of .ci/run do themselves."""


class Page(HTMLParser):
    """What a page of the site loads, where it links to, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.links, self.ids = [], [], set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        """Note addresses and anchors."""
        found = dict(attrs)
        self.ids.add(found.get("id"))
        if tag in LOADED and found.get(LOADED[tag]):
            self.loads.append(found[LOADED[tag]])
        if tag == "link" and LOADED_LINKS & set((found.get("rel") or "").split()):
            self.loads.append(found["href"])
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as CI does: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """Every page, by its place in the site."""
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


def test_nothing_is_loaded_from_elsewhere(site, pages):
    """No script, font, style or picture comes from a network."""
    loads = {address for page in pages.values() for address in page.loads}
    assert len(loads) > 20
    assert [address for address in loads if re.match(r"(?:https?:)?//", address)] == []
    for style in site.rglob("*.css"):
        text = style.read_text("utf-8")
        assert re.findall(r"(?:url\(|@import\s*)[\"']?(?:https?:)?//[^)\"']*", text) == [], style


def test_no_link_leads_nowhere(site, pages):
    """Files and anchors, of pages that were written and of those that were made."""
    broken = []
    for place, page in pages.items():
        if place == "404.html":
            continue  # its addresses are those of a server
        for address in page.links + page.loads:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            here = (site / place).parent / unquote(parts.path) if parts.path else site / place
            target = Path(os.path.normpath(here))
            name = target.relative_to(site).as_posix()
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and name in pages and anchor not in pages[name].ids):
                broken.append((place, address))
    assert broken == []


def test_every_kind_of_rule_has_its_page(site):
    """Fields, rows, recount, and an example that is a rule of the kind."""
    for kind in [*_LINES_OF_KIND, "either_or"]:
        text = (site / "rules" / f"{kind}.html").read_text("utf-8")
        assert re.search("Rows in the program", text), kind
        assert re.search("Example", text), kind
    made = (DOCS / "generate" / "rule_pages.py").read_text("utf-8")
    own = re.search(r'"fairness": """(.*?)"""', made, flags=re.DOTALL)
    policy = al.make_policy("own", "Own", tomllib.loads(own[1])["rules"])
    assert [rule.kind for rule in policy.rules] == ["fairness"]


def test_every_assumption_policy_and_command_has_its_entry(site, pages):
    """By its anchor, or its page; and every rule of a policy is in its table."""
    assert {a.name for a in CATALOGUE} <= pages["assumptions.html"].ids
    for name in al.list_policies():
        text = (site / "policies" / f"{name}.html").read_text("utf-8")
        for rule in al.read_policy(name).rules:
            assert f">{rule.id}<" in text, rule.id

    def named(command, path):
        below = getattr(command, "commands", {})
        return [n for name, sub in below.items() for n in named(sub, f"{path}-{name}")] or [path]

    commands = named(get_command(app), "allocator")
    assert len(commands) > 12
    assert set(commands) <= pages["commands.html"].ids


def test_every_public_name_has_its_entry(site, pages):
    """Its docstring stands on the page that the list of names leads to."""
    tree = ast.parse((ROOT / "allocator" / "__init__.pyi").read_text("utf-8"))
    paths = {
        alias.name: f"allocator.{node.module}.{alias.name}"
        for node in tree.body if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }  # fmt: skip
    assert set(paths) == set(al.__all__)
    anchors = set().union(*(page.ids for page in pages.values()))
    assert sorted(path for path in paths.values() if path not in anchors) == []
    listed = (site / "api" / "index.html").read_text("utf-8")
    assert [name for name in paths if f"<code>{name}</code>" not in listed] == []


def test_formulas_are_drawn_and_no_sphinx_is_left(site):
    """Docstrings are shown as meant."""
    text = (site / "models" / "mclp.html").read_text("utf-8")
    assert text.count("<math") >= 2
    for path in (site / "models").glob("*.html"):
        shown = path.read_text("utf-8")
        assert ".. math" not in shown, path.name
        assert ":class:" not in shown, path.name


@pytest.mark.examples
def test_the_search_works_from_the_disk(site):
    """With the network off, a word is found, and no page complains."""
    with started_browser() as browser:
        context = browser.new_context(offline=True)
        page = context.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto((site / "index.html").as_uri())
        page.click("input[name=query]")
        page.keyboard.type("pycnophylactic")
        page.wait_for_selector(".md-search-result__link", timeout=20_000)
        found = page.locator(".md-search-result__link").first.get_attribute("href")
        assert "alachua" in found
        assert said == []


def _run(command, folder):
    words = shlex.split(command)
    assert words[0] == "allocator", command
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", *words], cwd=folder,
        capture_output=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip


def test_no_other_page_has_code():
    """A new page with code has to be run, too."""
    with_code = {
        path.relative_to(DOCS).as_posix()
        for path in DOCS.rglob("*.md")
        if re.search(r"^```(?:sh|python)", path.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert with_code == {"tutorial.md", "formats/index.md", "errors.md"}


@pytest.mark.examples
def test_the_tutorial_runs(tmp_path):
    """Its commands and code from top to bottom, with the smallest region in place of Jiaxing."""
    page = (DOCS / "tutorial.md").read_text("utf-8")
    smallest = (ROOT / "data" / "README.md").read_text("utf-8")
    for folder in (tmp_path, tmp_path / "data" / "jiaxing"):
        write_files(smallest, folder)
        write_files(page, folder)
    ran = []
    for language, text in re.findall(r"```(sh|python)\n(.*?)```", page, flags=re.DOTALL):
        if language == "python":
            done = run_python(f"```python\n{text}```", tmp_path)
            assert done.returncode == 0, done.stderr
            assert "near" in done.stdout
            continue
        for command in text.splitlines():
            if command.startswith(INSTALLS):
                continue
            done = _run(command, tmp_path)
            kind = command.split()[1]
            gives_way = kind == "plan" or (kind == "audit" and "--plan" in command)
            assert done.returncode in ({3} if gives_way else {0, 3}), (command, done.stderr)
            ran.append(kind)
    assert ran.count("plan") == 2
    assert "2,200 people" in (tmp_path / "plan" / "summary.md").read_text("utf-8")
    for name in re.findall(r"^\| (`.*`) \|", (DOCS / "formats/index.md").read_text("utf-8"), re.M):
        for file in re.findall(r"`([\w.]+\.\w+)`", name):
            asked = file.startswith("year") or (tmp_path / "plan" / file).exists()
            assert asked, file
    done = run_python((DOCS / "formats" / "index.md").read_text("utf-8"), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.examples
def test_the_errors_are_told_as_printed(tmp_path):
    """Word for word."""
    write_files((ROOT / "data" / "README.md").read_text("utf-8"), tmp_path)
    page = (DOCS / "errors.md").read_text("utf-8")
    done = run_python(page, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "".join(blocks(page, 'text title="says"'))
