"""TOML in and out: texts, unknown keys with the nearest known one, and what pydantic finds."""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from allocator.errors import InputError
from allocator.files.writing import staged_file

_LISTED = 10


def read_toml(path: Path, *, where: str) -> dict[str, Any]:
    """The content of a TOML file; every way to fail is an :class:`InputError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InputError(_missing(path), where=where) from error
    except IsADirectoryError as error:
        raise InputError(_a_folder(path), where=where) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=where) from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8 text; save it as UTF-8", where=where) from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", where=where) from error


def _missing(path: Path) -> str:
    """Say of a missing file what was looked for, where, and which files there come near."""
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    wanted = path.relative_to(folder).parts[0]
    is_file = folder == path.parent
    names = sorted(
        at.name for at in folder.iterdir()
        if (at.suffix == path.suffix and at.is_file() if is_file else at.is_dir())
    )  # fmt: skip
    what = "file" if is_file else "folder"
    stems = {Path(name).stem: name for name in names}  # the suffix alone is no likeness
    near = [stems[s] for s in get_close_matches(Path(wanted).stem, stems, n=3, cutoff=0.5)]
    if near:
        hint = f"did you mean {' or '.join(repr((folder / name).as_posix()) for name in near)}?"
    elif names:
        hint = f"there are {', '.join(names[:_LISTED])}"
    else:
        hint = f"it has no such {what} at all; mend the path"
    return f"cannot be read: there is no {what} {wanted!r} in {folder.resolve()}; {hint}"


def _a_folder(path: Path) -> str:
    names = sorted(at.name for at in path.glob("*.toml"))
    has = f"give one of its files: {', '.join(names[:_LISTED])}" if names else "give a .toml file"
    return f"cannot be read: it is a folder; {has}"


def write_toml(data: Mapping[str, Any], path: Path) -> None:
    """Write plain values and one level of tables (what is deeper in braces), all or nothing."""
    tables = {k: v for k, v in data.items() if isinstance(v, Mapping)}
    lines = [f"{k} = {_text(v)}" for k, v in data.items() if k not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_key(k)} = {_text(v)}" for k, v in table.items())]
    with staged_file(path) as staged:
        staged.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def relative_to(path: Path, folder: Path) -> str:
    """A path as it is written in a file of ``folder``."""
    return Path(os.path.relpath(path, folder)).as_posix()


def unknown_keys(
    data: Mapping[str, Any], known: Sequence[str], tables: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with the keys, and the data without those that are not known.

    >>> unknown_keys({"nam": 1}, ["name"], {})
    (["unknown key 'nam'; did you mean 'name'?"], {})
    """
    problems = [_unknown(k, known, "") for k in data if k not in known]
    kept = {k: v for k, v in data.items() if k in known}
    for name, fields in tables.items():
        given = kept.get(name)
        if isinstance(given, dict):
            problems += [_unknown(k, fields, f"{name}.") for k in given if k not in fields]
            kept[name] = {k: v for k, v in given.items() if k in fields}
    return problems, kept


def in_words(details: Iterable[Any]) -> list[str]:
    """Say what pydantic found: field, problem, value."""
    found = []
    for detail in details:
        path = ".".join(str(p) for p in detail["loc"])
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "missing":
            found.append(f"missing key {path!r}")
        elif detail["type"] == "extra_forbidden":
            found.append(f"unknown key {path!r}")
        else:
            found.append(f"{path}: {message}, got {detail['input']!r}" if path else str(message))
    return found


def _unknown(key: str, known: Sequence[str], where: str) -> str:
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {where + near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"unknown key {where + key!r}; {hint}"


def _text(value: Any) -> str:
    """A value as TOML; JSON's texts, numbers and booleans are TOML's too, and it has no null."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_text(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    text = json.dumps("none" if value is None else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    """A key as TOML: quoted where it has more than letters, digits, dashes and underscores."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)
