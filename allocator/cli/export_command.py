"""``allocator export``: a written plan in other forms."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome

PLAN = typer.Argument(metavar="PLAN", help="Folder of a written plan.", show_default=False)
TO = typer.Option(
    "--to", metavar="FORM", show_default=False,
    help="xlsx, html, gpkg, shp, geojson, csv, png, pdf, svg or json; repeatable.",
)  # fmt: skip
CRS = typer.Option("--crs", help="CRS of gpkg and shp, such as EPSG:4490; the plan's if left out.")
NAMES = typer.Option("--names", help="arcgis: layers and fields of ArcGIS Location-Allocation.")
LINES = typer.Option("--lines", help="Allocation lines: cells, units, or auto.")
BOM = typer.Option("--bom", help="Begin csv files with a byte order mark, for Chinese Excel.")

FRONT = typer.Option(
    "--front", metavar="FOLDER", show_default=False,
    help="A folder that allocator trade-off wrote: a section of the html report.",
)  # fmt: skip
CURVE = typer.Option(
    "--curve", metavar="FOLDER", show_default=False,
    help="A folder that allocator curve wrote: a section of the html report.",
)  # fmt: skip


def export_command(
    plan: Annotated[Path, PLAN],
    to: Annotated[list[str], TO],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write into; the plan's if left out.")
    ] = None,
    crs: Annotated[str | None, CRS] = None,
    names: Annotated[str | None, NAMES] = None,
    lines: Annotated[str, LINES] = "auto",
    bom: Annotated[bool, BOM] = False,
    front: Annotated[Path | None, FRONT] = None,
    curve: Annotated[Path | None, CURVE] = None,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese headers and labels.")] = False,
) -> None:
    """Write a plan that was written before in other forms, all of them or none.

    shp, geojson and csv become a file per layer or table (plan_sites.shp ...). Shapes of the
    units are those of plan.gpkg in the plan's folder.

    \b
    Examples:
      allocator export plans/jiaxing --to shp --crs EPSG:4490 --out gis
      allocator export plans/jiaxing --to gpkg --names arcgis --out arcgis
      allocator export plans/jiaxing --to xlsx --to csv --bom --chinese --out zh
      allocator export plans/jiaxing --to html --front front --curve curve --out report
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("export"):
        from allocator.errors import InputError
        from allocator.files.export_options import ExportOptions
        from allocator.files.exporting import export_forms
        from allocator.files.reading import read_plan
        from allocator.files.writing import check_can_write

        folder = out or (plan.parent if plan.suffix == ".json" else plan)
        if names and "gpkg" in to and (folder / "plan.json").exists():
            raise InputError(
                "--names arcgis would take the place of the plan's own plan.gpkg; name another "
                "folder with --out",
                where=f"export {folder}",
            )
        check_can_write(folder)
        options = ExportOptions(chinese=chinese, crs=crs, names=names, lines=lines, bom=bom,
                                front=front, curve=curve)  # fmt: skip
        printing.print_written(folder, export_forms(read_plan(plan), folder, to, options))
