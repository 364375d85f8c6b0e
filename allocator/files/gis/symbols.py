"""Symbols and renderers of QGIS styles, as XML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

_CLASSES = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}
ON_THE_GROUND = "RenderMetersInMapUnits"
_GEOMETRY = {"marker": "0", "line": "1", "fill": "2"}


@dataclass(frozen=True)
class Symbol:
    """A mark, a line or a fill: ``properties`` are those of QGIS's simple symbol layers."""

    kind: str
    properties: Mapping[str, str]

    def xml(self, name: str) -> Element:
        """The symbol under a name that a renderer refers to."""
        node = Element(
            "symbol",
            {"type": self.kind, "name": name, "alpha": "1", "clip_to_extent": "1",
             "force_rhr": "0"},
        )  # fmt: skip
        layer = SubElement(
            node, "layer",
            {"class": _CLASSES[self.kind], "enabled": "1", "locked": "0", "pass": "0"},
        )  # fmt: skip
        options = SubElement(layer, "Option", {"type": "Map"})
        for key in sorted(self.properties):
            option = {"name": key, "type": "QString", "value": self.properties[key]}
            SubElement(options, "Option", option)
        return node


def marker(
    shape: str, colour: str, *, size: float, edge: str = "35,35,35,255", edge_width: float = 0.2,
    unit: str = "MM",
) -> Symbol:  # fmt: skip
    """A mark; ``unit`` :data:`ON_THE_GROUND` makes its size metres there."""
    return Symbol(
        "marker",
        {"name": shape, "color": colour, "size": f"{size:g}", "size_unit": unit,
         "outline_color": edge, "outline_width": f"{edge_width:g}", "outline_width_unit": "MM",
         "outline_style": "solid" if edge_width else "no"},
    )  # fmt: skip


def line(colour: str, *, width: float) -> Symbol:
    """A line, its width in mm."""
    return Symbol(
        "line",
        {"line_color": colour, "line_width": f"{width:g}", "line_width_unit": "MM",
         "line_style": "solid", "capstyle": "round"},
    )  # fmt: skip


def fill(colour: str, *, edge: str = "80,80,80,255", edge_width: float = 0.3) -> Symbol:
    """A filled area; a colour that cannot be seen (last number 0) leaves the outline alone."""
    clear = colour.endswith(",0")
    return Symbol(
        "fill",
        {"color": colour, "style": "no" if clear else "solid", "outline_color": edge,
         "outline_width": f"{edge_width:g}", "outline_width_unit": "MM", "outline_style": "solid"},
    )  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """What a filter lets through, drawn by a symbol, under a label; '' lets all through."""

    filter: str
    label: str
    symbol: Symbol


def renderer(rules: Sequence[Rule]) -> Element:
    """A rule-based renderer: every feature is drawn by each rule whose filter lets it through."""
    node = Element(
        "renderer-v2",
        {"type": "RuleRenderer", "forceraster": "0", "symbollevels": "0", "enableorderby": "0"},
    )
    inner = SubElement(node, "rules", {"key": "rules"})
    symbols = SubElement(node, "symbols")
    for i, rule in enumerate(rules):
        told = {"key": f"rule-{i}", "symbol": str(i), "label": rule.label}
        if rule.filter:
            told["filter"] = rule.filter
        SubElement(inner, "rule", told)
        symbols.append(rule.symbol.xml(str(i)))
    return node


def categorised(attribute: str, classes: Sequence[tuple[str, str, Symbol]]) -> Element:
    """One symbol per value of an attribute (or expression): value, label, symbol."""
    node = Element(
        "renderer-v2",
        {"type": "categorizedSymbol", "attr": attribute, "forceraster": "0", "symbollevels": "0",
         "enableorderby": "0"},
    )  # fmt: skip
    categories = SubElement(node, "categories")
    symbols = SubElement(node, "symbols")
    for i, (value, label, symbol) in enumerate(classes):
        SubElement(
            categories, "category",
            {"symbol": str(i), "value": value, "label": label, "render": "true", "type": "string"},
        )  # fmt: skip
        symbols.append(symbol.xml(str(i)))
    return node


def graduated(attribute: str, classes: Sequence[tuple[float, float, str, Symbol]]) -> Element:
    """One symbol per range of a number: lower end, upper end, label, symbol."""
    node = Element(
        "renderer-v2",
        {"type": "graduatedSymbol", "attr": attribute, "graduatedMethod": "GraduatedColor",
         "forceraster": "0", "symbollevels": "0", "enableorderby": "0"},
    )  # fmt: skip
    ranges = SubElement(node, "ranges")
    symbols = SubElement(node, "symbols")
    for i, (lower, upper, label, symbol) in enumerate(classes):
        SubElement(
            ranges, "range",
            {"symbol": str(i), "lower": repr(float(lower)), "upper": repr(float(upper)),
             "label": label, "render": "true"},
        )  # fmt: skip
        symbols.append(symbol.xml(str(i)))
    return node


def labels(column: str, *, size: float) -> Element:
    """A text beside each feature."""
    node = Element("labeling", {"type": "simple"})
    settings = SubElement(node, "settings", {"calloutType": "simple"})
    style = SubElement(
        settings, "text-style",
        {"fieldName": column, "isExpression": "1", "fontSize": f"{size:g}", "fontSizeUnit": "Point",
         "textColor": "40,40,40,255", "textOpacity": "1"},
    )  # fmt: skip
    SubElement(
        style, "text-buffer",
        {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM",
         "bufferColor": "255,255,255,255", "bufferOpacity": "1"},
    )  # fmt: skip
    # Over the point, as large as needed: names of small areas stand, too, where there is room.
    SubElement(settings, "placement", {"placement": "1", "centroidInside": "1", "priority": "5"})
    SubElement(
        settings, "rendering",
        {"drawLabels": "1", "scaleVisibility": "0", "obstacle": "0", "fontLimitPixelSize": "0"},
    )  # fmt: skip
    return node


def document(
    kind: str, drawn: Element, *, text: Element | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Element:  # fmt: skip
    """A whole style: how features are drawn, a text beside them, names of the columns."""
    categories = "Symbology|Labeling|Fields" if aliases else "Symbology|Labeling"
    root = Element(
        "qgis",
        {"version": "3.22.0", "styleCategories": categories,
         "labelsEnabled": "0" if text is None else "1"},
    )  # fmt: skip
    root.append(drawn)
    if text is not None:
        root.append(text)
    if aliases:
        found = SubElement(root, "aliases")
        for i, (column, alias) in enumerate(aliases.items()):
            SubElement(found, "alias", {"index": str(i), "field": column, "name": alias})
    SubElement(root, "layerGeometryType").text = _GEOMETRY[kind]
    return root
