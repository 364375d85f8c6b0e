"""Called by MkDocs: makes the pages that come from the package and the repository, and the menu."""

from menu import menu_of
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from sections import all_pages


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Make all pages, and the menu of them."""
    site = all_pages()
    config.extra["made"] = site
    config.nav = menu_of(site)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and copies to what lies in docs/."""
    site = config.extra.pop("made")
    for name, text in site.pages.items():
        files.append(File.generated(config, name, content=text))
    for name, path in site.files.items():
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files
