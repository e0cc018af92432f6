"""YAML files that people write: read strictly, checked against a model, wrong in one sentence.

YAML changes what was typed without a word (``no`` becomes false, ``020`` becomes 16), so each
sentence quotes the text as written, with its line.
"""

import unicodedata
from pathlib import Path
from typing import Any, get_args

import pydantic
import yaml

from mne.errors import InputError, listed, nearest

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Model(pydantic.BaseModel):
    """Base of everything read from YAML: frozen, no unknown keys, no silent conversions."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True)


class Both(Model):
    """A text in both languages; neither may be empty."""

    vi: str = pydantic.Field(min_length=1)
    en: str = pydantic.Field(min_length=1)

    def __call__(self, lang: str) -> str:
        return getattr(self, lang)


def read_text(path: Path, *, shown: str) -> str:
    """Text of a UTF-8 file in composed Unicode; ``shown`` is how sentences name the file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        here = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError("file_missing", where=shown, nearest=nearest(path.name, here)) from None
    except IsADirectoryError:
        raise InputError("file_is_folder", where=shown) from None
    except UnicodeDecodeError as error:
        raise InputError("not_utf8", where=shown, found=f"0x{error.object[error.start]:02x}") from None
    for line_no, line in enumerate(text.splitlines(), 1):
        if not unicodedata.is_normalized("NFC", line):
            raise InputError("not_nfc", where=f"{shown}:{line_no}", found=line.strip())
    return text


def load(path: Path, model: Any, *, shown: str) -> Any:
    """Read a YAML file into ``model``.

    Parameters
    ----------
    path : Path
    model : a :class:`Model`, or ``list[SomeModel]``
    shown : str
        The file's name in sentences, relative to the project.

    Raises
    ------
    InputError
        For the first mistake in the file, with its line, key, what was written, what is
        allowed and the nearest valid name.
    """
    text = read_text(path, shown=shown)
    try:
        tree = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{shown}:{mark.line + 1}" if mark else shown
        raise InputError("not_yaml", where=where) from None
    if tree is None:
        raise InputError("file_empty", where=shown)
    _refuse_duplicates(tree, shown)
    try:
        return pydantic.TypeAdapter(model).validate_python(data)
    except pydantic.ValidationError as error:
        mistakes = error.errors(include_url=False)
        raise min(
            (_sentence(m, tree, model, shown) for m in mistakes), key=lambda e: e.facts.get("line", 0)
        ) from None


def _refuse_duplicates(node: yaml.Node, shown: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                raise InputError("key_twice", where=f"{shown}:{key.start_mark.line + 1}", key=key.value)
            seen.add(key.value)
            _refuse_duplicates(value, shown)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_duplicates(value, shown)


def _find(node: yaml.Node, path: tuple) -> tuple[int, str]:
    """Line and text as written of the deepest node of ``path`` that exists."""
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == step]
            if not found:
                break
            key, node = found[0]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
        else:
            break
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    return node.start_mark.line + 1, written


def _model_at(model: Any, path: tuple) -> Any:
    """The model that holds the last key of ``path``, to know which keys it allows."""
    for step in path[:-1]:
        inner = [a for a in (*get_args(model), model) if isinstance(a, type) and issubclass(a, Model)]
        if isinstance(step, int) or not inner:
            model = inner[0] if inner else model
            continue
        field = inner[0].model_fields.get(step)
        model = field.annotation if field else model
    inner = [a for a in (*get_args(model), model) if isinstance(a, type) and issubclass(a, Model)]
    return inner[0] if inner else None


def _sentence(mistake: dict, tree: yaml.Node, model: Any, shown: str) -> InputError:
    """pydantic's finding in our words."""
    path = tuple(p for p in mistake["loc"] if not str(p).startswith("function-"))
    line, written = _find(tree, path)
    facts = {"where": f"{shown}:{line}", "line": line, "key": ".".join(map(str, path)), "found": written}
    kind, limits = mistake["type"], mistake.get("ctx", {})
    if kind == "extra_forbidden":
        holder = _model_at(model, path)
        known = list(holder.model_fields) if holder else []
        return InputError("key_unknown", **facts, allowed=listed(known), nearest=nearest(path[-1], known))
    if kind == "missing":
        return InputError("key_missing", **facts)
    if kind == "value_error" and isinstance(limits.get("error"), _Refused):
        return InputError(limits["error"].code, **{**facts, **limits["error"].facts})
    if kind == "literal_error":
        known = [w.strip("'") for w in limits["expected"].replace(" or ", ", ").split(", ")]
        return InputError("value_wrong", **facts, allowed=listed(known), nearest=nearest(written, known))
    bounds = {k: v for k, v in limits.items() if k in ("ge", "gt", "le", "lt", "min_length", "max_length")}
    if bounds or kind == "string_pattern_mismatch":
        allowed = limits.get("pattern") or ", ".join(f"{_SIGNS[k]} {v}" for k, v in bounds.items())
        return InputError("value_wrong", **facts, allowed=allowed)
    wanted = kind.removesuffix("_type").removesuffix("_parsing").removesuffix("_from_date_parsing")
    return InputError("type_wrong", **facts, wanted=lambda lang: _type_word(wanted, lang))


_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "≥", "max_length": "≤"}


def _type_word(kind: str, lang: str) -> str:
    from mne.text import texts

    words = texts("mne.texts", "errors.yml")
    return words.get(f"type_{kind}", words["type_other"])[lang]


class _Refused(ValueError):
    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts


def refuse(code: str, **facts) -> ValueError:
    """An exception for validators: becomes an :class:`InputError` with file, line and key."""
    return _Refused(code, **facts)


__all__ = ["Both", "Model", "load", "read_text", "refuse"]
