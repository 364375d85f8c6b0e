"""Export a plan: the form follows from the name."""

from collections.abc import Callable
from pathlib import Path

from allocator.errors import InputError
from allocator.files.provenance import PLAN_JSON, document, to_json
from allocator.files.tables import csv_files
from allocator.files.writing import staged_file, staged_folder
from allocator.plans import Plan

_Writer = Callable[..., None]
KNOWN = (".json", ".xlsx", ".gpkg", ".png")


def export(plan: Plan, path: str | Path, *, chinese: bool = False) -> None:
    """Write a plan in the form that the name asks for; all of it or nothing.

    Parameters
    ----------
    path
        ``plan.json`` (how it was made and the hashes of its tables), ``plan.xlsx``,
        ``plan.gpkg``, ``plan.png`` (a map of today and of the plan), or a folder, a name without
        suffix (csv tables and ``plan.json``; what :func:`~allocator.files.reading.read_plan`
        reads).
    chinese
        Headers, sheet names and labels in Chinese (Excel and map).

    Raises
    ------
    InputError
        Unknown suffix, or a place that cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not suffix or path.is_dir():
        with staged_folder(path) as folder:
            _write_tables(plan, folder)
        return
    if suffix not in KNOWN:
        raise InputError(
            f"unknown suffix {path.suffix!r}; known: {', '.join(KNOWN)}, or a folder (no suffix)",
            where=f"export {path}",
        )
    with staged_file(path) as staged:
        _write_file(plan, staged, chinese=chinese)


def export_all(
    plan: Plan, folder: str | Path, *, chinese: bool = False, with_map: bool = True
) -> list[Path]:
    """Write every form into one folder, all or nothing; other files there are left alone.

    Returns
    -------
    list of Path
        The files written: the csv tables, ``plan.json``, ``plan.xlsx``, ``plan.gpkg`` and, unless
        ``with_map`` is false, ``plan.png``.
    """
    folder = Path(folder)
    names = ["plan.xlsx", "plan.gpkg", *(["plan.png"] if with_map else [])]
    with staged_folder(folder) as staged:
        tables = _write_tables(plan, staged)
        for name in names:
            _write_file(plan, staged / name, chinese=chinese)
    return [folder / name for name in [*tables, *names]]


def _write_tables(plan: Plan, folder: Path) -> list[str]:
    files = csv_files(plan)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    text = to_json(document(plan, files))
    (folder / PLAN_JSON).write_text(text, encoding="utf-8", newline="\n")
    return [*files, PLAN_JSON]


def _write_file(plan: Plan, path: Path, *, chinese: bool) -> None:
    # Each form is imported when it is asked for: Excel and drawing take long to load.
    if path.suffix.lower() == ".json":
        path.write_text(to_json(document(plan)), encoding="utf-8", newline="\n")
    elif path.suffix.lower() == ".xlsx":
        from allocator.files.excel import to_excel

        to_excel(plan, path, chinese=chinese)
    elif path.suffix.lower() == ".gpkg":
        from allocator.files.geopackage import to_geopackage

        to_geopackage(plan, path)
    else:
        from allocator.files.maps import to_map

        to_map(plan, path, chinese=chinese)
