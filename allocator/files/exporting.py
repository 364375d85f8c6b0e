"""Export a plan: the form follows from the name."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allocator.errors import InputError, raise_if_any
from allocator.files.export_options import PARTED, ExportOptions
from allocator.files.provenance import PLAN_JSON, document, to_json
from allocator.files.tables import csv_files
from allocator.files.writing import staged_file, staged_folder
from allocator.plans import Plan

if TYPE_CHECKING:
    from allocator.files.report.studies import CurveLike, FrontLike

KNOWN = (".json", ".xlsx", ".gpkg", ".html", ".md", ".png", ".pdf", ".svg", *PARTED)
EXTRA = (".shp", ".geojson", ".csv")
"""Forms that a plan's folder holds on request only."""


def export(
    plan: Plan,
    path: str | Path,
    *,
    chinese: bool = False,
    crs: str | None = None,
    names: str | None = None,
    lines: str = "auto",
    bom: bool = False,
    front: "FrontLike | str | Path | None" = None,
    curve: "CurveLike | str | Path | None" = None,
) -> list[Path]:
    """Write a plan in the form that the name asks for; all of it or nothing.

    Parameters
    ----------
    path
        ``plan.json`` (how it was made and the hashes of its tables), ``plan.html`` (a report
        with map and tables in one file that needs no network), ``plan.xlsx``,
        ``plan.md`` (the plan in plain words),
        ``plan.gpkg`` (layers with QGIS styles), ``plan.png``, ``.pdf`` or ``.svg`` (a map of today
        and of the plan), or a folder, a name without suffix (csv tables and ``plan.json``; what
        :func:`~allocator.files.reading.read_plan` reads). ``plan.shp``, ``plan.geojson`` and
        ``plan.csv`` become a file per layer or table: ``plan_sites.shp`` ...
    chinese
        Headers, sheet names and labels in Chinese; the report opens in Chinese.
    crs
        CRS of ``.gpkg`` and ``.shp``, such as ``EPSG:4490``; the plan's when missing. GeoJSON is
        always WGS84.
    names
        ``arcgis``: layers and fields of ArcGIS Location-Allocation (``.gpkg``, ``.shp``,
        ``.geojson``), a set per coverage rule.
    lines
        Allocation lines of these: ``cells`` (one per cell), ``units`` (one per unit and site), or
        ``auto``: per cell up to 20,000 lines.
    bom
        Whether ``.csv`` files begin with a byte order mark, as Excel wants for Chinese text.
    front, curve
        What ``trade_off`` and ``coverage_study`` give, or a folder that ``allocator trade-off`` or
        ``allocator curve`` wrote: ``.html`` shows them as sections of their own.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        Unknown suffix, a folder that holds no front or curve, options that the form does not have,
        or a place that cannot be written.
    """
    path = Path(path)
    options = ExportOptions(chinese=chinese, crs=crs, names=names, lines=lines, bom=bom,
                            front=front, curve=curve)  # fmt: skip
    suffix = "" if path.is_dir() else path.suffix.lower()
    where = f"export {path}"
    if suffix and suffix not in KNOWN:
        raise InputError(
            f"unknown suffix {path.suffix!r}; known: {', '.join(KNOWN)}, or a folder (no suffix)",
            where=where,
        )
    raise_if_any(options.problems([suffix]), where=where)
    if not suffix:
        with staged_folder(path) as folder:
            written = _write_tables(plan, folder)
        return [path / name for name in written]
    if suffix in PARTED:
        _check_folder(path)
        with staged_folder(path.parent) as folder:
            written = _write_parts(plan, folder, path.stem, suffix, options)
        return [path.parent / name for name in written]
    with staged_file(path) as staged:
        _write_file(plan, staged, options)
    return [path]


def export_all(
    plan: Plan,
    folder: str | Path,
    *,
    chinese: bool = False,
    with_map: bool = True,
    with_report: bool = False,
    extra: Sequence[str] = (),
    crs: str | None = None,
    names: str | None = None,
    lines: str = "auto",
    bom: bool = False,
) -> list[Path]:
    """Write every form into one folder, all or nothing; other files there are left alone.

    Parameters
    ----------
    extra
        Further forms: ``shp``, ``geojson``, ``csv``.
    crs, lines, bom
        As for :func:`export`; ``crs`` also of ``plan.gpkg``.
    names
        ``arcgis``: ``plan_arcgis.gpkg`` besides ``plan.gpkg``, and so the further forms.

    Returns
    -------
    list of Path
        The files written: the csv tables, ``plan.json``, ``plan.xlsx``, ``plan.gpkg``, the plan in
        plain words (``summary.md`` and ``summary.zh.md``), unless
        ``with_map`` is false ``plan.png``, ``with_report`` also ``plan.html``, and what is
        wanted besides.
    """
    folder = Path(folder)
    suffixes, options = check_wanted(
        folder, chinese=chinese, extra=extra, crs=crs, names=names, lines=lines, bom=bom
    )
    files = ["plan.xlsx", "plan.gpkg", *(["plan.png"] if with_map else [])]
    files += ["plan.html"] if with_report else []
    with staged_folder(folder) as staged:
        written = _write_tables(plan, staged)
        for name in files:
            _write_file(plan, staged / name, options.without_names())
        if options.names:
            files.append("plan_arcgis.gpkg")
            _write_file(plan, staged / files[-1], options)
        written += [*files, *_write_summaries(plan, staged)]
        for suffix in dict.fromkeys(suffixes):
            written += _write_parts(plan, staged, "plan", suffix, options)
    return [folder / name for name in written]


def check_wanted(
    folder: Path, *, extra: Sequence[str], **wanted: Any
) -> tuple[list[str], ExportOptions]:
    """Suffixes and options of what :func:`export_all` is asked for, or every problem with it."""
    options = ExportOptions(**wanted)
    suffixes = [f".{form.lower().removeprefix('.')}" for form in extra]
    problems = [
        f"unknown form {form!r}; known: {', '.join(s[1:] for s in EXTRA)}"
        for form, suffix in zip(extra, suffixes, strict=True)
        if suffix not in EXTRA
    ]
    raise_if_any([*problems, *options.problems([".gpkg", *suffixes])], where=f"export {folder}")
    return suffixes, options


def export_forms(
    plan: Plan, folder: str | Path, forms: Sequence[str], options: ExportOptions
) -> list[Path]:
    """Write some forms (``gpkg``, ``shp`` ...) into a folder as ``plan.FORM``, all or nothing.

    Each form takes the options that it has; an option that none of them has is an error.
    """
    folder = Path(folder)
    suffixes = [f".{form.lower().removeprefix('.')}" for form in forms]
    problems = [
        f"unknown form {form!r}; known: {', '.join(s[1:] for s in KNOWN)}"
        for form, suffix in zip(forms, suffixes, strict=True)
        if suffix not in KNOWN
    ]
    raise_if_any([*problems, *options.problems(suffixes)], where=f"export {folder}")
    written: list[str] = []
    with staged_folder(folder) as staged:
        for suffix in dict.fromkeys(suffixes):
            if suffix in PARTED:
                written += _write_parts(plan, staged, "plan", suffix, options)
            else:
                written.append(f"plan{suffix}")
                _write_file(plan, staged / written[-1], options)
    return [folder / name for name in written]


def _write_tables(plan: Plan, folder: Path) -> list[str]:
    files = csv_files(plan)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    text = to_json(document(plan, files))
    (folder / PLAN_JSON).write_text(text, encoding="utf-8", newline="\n")
    return [*files, PLAN_JSON]


def _write_summaries(plan: Plan, folder: Path) -> list[str]:
    from allocator.files.summary import write_summaries

    return write_summaries(plan, folder)


def _write_file(plan: Plan, path: Path, options: ExportOptions) -> None:
    # Each form is imported when it is asked for: Excel and drawing take long to load.
    suffix = path.suffix.lower()
    if suffix == ".json":
        path.write_text(to_json(document(plan)), encoding="utf-8", newline="\n")
    elif suffix == ".xlsx":
        from allocator.files.excel import to_excel

        to_excel(plan, path, chinese=options.chinese)
    elif suffix == ".gpkg":
        from allocator.files.geopackage import to_geopackage

        where = f"export plan{suffix}"
        to_geopackage(plan, path, chinese=options.chinese, options=options.gis, where=where)
    elif suffix == ".html":
        from allocator.files.report.page import to_report
        from allocator.files.report.studies import studies

        told = studies(options.front, options.curve, region=plan.region)
        to_report(plan, path, chinese=options.chinese, studies=told)
    elif suffix == ".md":
        from allocator.files.summary import summarise

        text = summarise(plan, "zh" if options.chinese else "en")
        path.write_text(text, encoding="utf-8", newline="\n")
    else:
        from allocator.files.maps import draw_map, write_figure

        write_figure(draw_map(plan, chinese=options.chinese), path)


def _write_parts(
    plan: Plan, folder: Path, stem: str, suffix: str, options: ExportOptions
) -> list[str]:
    """Write one file per layer or table into a folder; return their names."""
    if suffix == ".csv":
        from allocator.files.csv_tables import write_csv_tables

        return write_csv_tables(plan, folder, stem, chinese=options.chinese, bom=options.bom)
    from allocator.files.gis.forms import prepared_layers

    where = f"export {stem}{suffix}"
    layers = prepared_layers(plan, options.gis, where=where)
    if suffix == ".shp":
        from allocator.files.gis.shapefile import write_shapefiles

        return write_shapefiles(layers, folder, stem, chinese=options.chinese, where=where)
    from allocator.files.gis.geojson import write_geojson

    return write_geojson(layers, folder, stem)


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise InputError(f"the folder {path.parent} does not exist", where=str(path))
