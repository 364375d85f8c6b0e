"""Text that stays text: JSON inside a page, and what a page is allowed to run."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_SURROGATES = re.compile("[\\ud800-\\udfff]")
_UNFIT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff]")
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029\u007f"}


def json_island(value: Any) -> Markup:
    r"""JSON for a ``<script type="application/json">``: no character in it can end the element.

    >>> str(json_island({"name": "</script>"}))
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # Lone surrogates cannot be written as UTF-8; as an escape they can.
    text = _SURROGATES.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return Markup(text.translate(_ESCAPES))


def clean(text: str) -> str:
    """A text without what no page may hold: control characters and lone surrogates."""
    return _UNFIT.sub("\ufffd", text)


def content_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Content-Security-Policy: only these inline scripts and styles run; nothing is fetched."""
    parts: Mapping[str, str] = {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)),
        "style-src": " ".join(map(_hash, styles)),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
