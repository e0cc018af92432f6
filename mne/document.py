"""YAML files that people write: read strictly, checked against a model, wrong in one sentence.

YAML changes what was typed without a word (``no`` becomes false, ``020`` becomes 16), so each
sentence quotes the text as written, with its line.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args

import pydantic
import yaml

from mne.errors import InputError, listed, nearest, quoted
from mne.text import message, texts

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 20  # levels of indentation; thousands of them would overflow the parser's stack
_TAG = "tag:yaml.org,2002:"
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class Model(pydantic.BaseModel):
    """Base of everything read from YAML: frozen, no unknown keys, no silent conversions."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _Refused(ValueError):
    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts


def refuse(code: str, **facts) -> ValueError:
    """An exception for validators: becomes an :class:`InputError` with file, line and key."""
    return _Refused(code, **facts)


def within(*, above: float | None = None, least: float | None = None,
           most: float | None = None, below: float | None = None) -> pydantic.AfterValidator:  # fmt: skip
    """A validator for numbers that names the whole allowed range, not only the end that was passed."""
    low = f"{least} ≤ " if least is not None else f"{above} < " if above is not None else ""
    high = f" ≤ {most}" if most is not None else f" < {below}" if below is not None else ""
    allowed = f"{low}…{high}" if high else "≥ " + str(least) if least is not None else f"> {above}"

    def check(value: float) -> float:
        good = (above is None or value > above) and (least is None or value >= least)
        if not (good and (most is None or value <= most) and (below is None or value < below)):
            raise refuse("value_wrong", allowed=allowed)
        return value

    return pydantic.AfterValidator(check)


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", value):
        raise refuse("value_wrong", allowed=lambda lang: message("allowed_identifier", lang))
    return value


Text = Annotated[str, pydantic.Field(pattern=r"\S")]
Identifier = Annotated[str, pydantic.AfterValidator(_identifier)]  # part of result ids: no space, no dot
Year = Annotated[int, within(least=1990, most=2100)]


class Both(Model):
    """A text in both languages; neither may be empty."""

    vi: Text
    en: Text

    def __call__(self, lang: str) -> str:
        return getattr(self, lang)


def read_text(path: Path, *, shown: str) -> str:
    """Text of a UTF-8 file in composed Unicode; ``shown`` is how sentences name the file."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        here = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError("file_missing", where=shown, nearest=nearest(path.name, here, closeness=0.75)) from None
    except IsADirectoryError:
        raise InputError("file_is_folder", where=shown) from None
    except UnicodeDecodeError as error:
        raise InputError("not_utf8", where=shown, found=f"0x{error.object[error.start]:02x}") from None
    except OSError as error:
        raise InputError("file_unreadable", where=shown, found=error.errno) from None
    odd = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise InputError("not_text", where=f"{shown}:{line}", found=f"0x{ord(odd[0]):02x}")
    if not unicodedata.is_normalized("NFC", text):
        for number, line in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", line):
                raise InputError("not_nfc", where=f"{shown}:{number}", found=line)
    return text


def load(path: Path, model: Any, *, shown: str) -> Any:
    """Read a YAML file into ``model``.

    Parameters
    ----------
    path : Path
    model : a :class:`Model`, ``list[SomeModel]`` or ``dict[str, SomeModel]``
    shown : str
        The file's name in sentences, relative to the project.

    Raises
    ------
    InputError
        For the first mistake in the file, with its line, key, what was written, what is
        allowed and the nearest valid name.
    """
    tree = _compose(read_text(path, shown=shown), shown)
    data = _plain(tree, shown, (), yaml.constructor.SafeConstructor())
    try:
        return pydantic.TypeAdapter(model).validate_python(data)
    except pydantic.ValidationError as error:
        mistakes = error.errors(include_url=False)
        found = [_sentence(m, tree, model, shown) for m in mistakes]
        # A misspelt key explains the missing one, so what is missing is told last.
        raise min(found, key=lambda e: (e.code == "key_missing", e.facts.get("line", 0))) from None


def place(path: Path, shown: str, *keys: str | int) -> str:
    """``file:line`` of a key of a YAML file that has been read before; for sentences only."""
    return f"{shown}:{_find(_compose(read_text(path, shown=shown), shown), keys)[0]}"


def _compose(text: str, shown: str) -> yaml.Node:
    depth, event = 0, None
    try:
        for event in yaml.parse(text, Loader=_Loader):
            where = f"{shown}:{event.start_mark.line + 1}"
            depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)
            if depth > _DEEPEST:
                raise InputError("yaml_deep", where=where)
            if isinstance(event, yaml.AliasEvent):
                raise InputError("yaml_alias", where=where, found=f"*{event.anchor}")
        tree = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        # A quote that is closed by the next one, lines below, shows as a mistake there.
        if isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"') and event.end_mark.line > event.start_mark.line:
            raise InputError("yaml_quote", where=f"{shown}:{event.start_mark.line + 1}") from None
        raise _not_yaml(error, text, shown) from None
    if tree is None:
        raise InputError("file_empty", where=shown)
    return tree


def _not_yaml(error: yaml.YAMLError, text: str, shown: str) -> InputError:
    """The parser's finding, told at the line where the mistake was made rather than where it showed."""
    context, mark = getattr(error, "context", None) or "", getattr(error, "problem_mark", None)
    for begin, code in (("while scanning a quoted", "yaml_quote"), ("while parsing a flow", "yaml_bracket")):
        if context.startswith(begin) and error.context_mark:
            return InputError(code, where=f"{shown}:{error.context_mark.line + 1}")
    if mark is None:
        return InputError("not_yaml", where=shown)
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    code = "yaml_tab" if line.lstrip(" ").startswith("\t") else "not_yaml"
    return InputError(code, where=f"{shown}:{mark.line + 1}", found=line)


def _plain(node: yaml.Node, shown: str, path: tuple, make: yaml.constructor.SafeConstructor) -> Any:
    """The node as dict, list or value; refuses what YAML allows and nobody means."""
    where, key = f"{shown}:{node.start_mark.line + 1}", _dotted(path)
    kind = node.tag.removeprefix(_TAG)
    if kind not in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp"):
        raise InputError("yaml_tag", where=where, found=node.tag.replace(_TAG, "!!"))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, shown, (*path, index), make) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        try:
            return make.construct_object(node)
        except ValueError:  # looks like a date or a number and is none: 2013-02-30
            wanted = "date" if kind == "timestamp" else kind
            raise InputError("type_wrong", where=where, key=key, said=_said(node), wanted=_word("type", wanted)) from None
    data = {}
    for name, value in node.value:
        where = f"{shown}:{name.start_mark.line + 1}"
        if not isinstance(name, yaml.ScalarNode) or name.tag != f"{_TAG}str":
            raise InputError("key_not_text", where=where, key=name.value if isinstance(name, yaml.ScalarNode) else "?")
        if name.value in data:
            raise InputError("key_twice", where=where, key=_dotted((*path, name.value)))
        data[name.value] = _plain(value, shown, (*path, name.value), make)
    return data


def _dotted(path: tuple) -> str:
    """A key as sentences name it; the place within a list is told by the line."""
    return ".".join(step for step in path if isinstance(step, str))


def _find(node: yaml.Node, path: tuple) -> tuple[int, yaml.Node, int]:
    """Line and node of the deepest step of ``path`` that exists, and how many steps exist."""
    line = node.start_mark.line + 1
    for depth, step in enumerate(path):
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == step]
            if not found:
                return line, node, depth
            key, node = found[0]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line, node, depth
    return line, node, len(path)


def _model_at(model: Any, path: tuple) -> Any:
    """The model that holds the last key of ``path``, to know which keys it allows."""

    def inner(kind: Any) -> list:
        return [a for a in (*get_args(kind), kind) if isinstance(a, type) and issubclass(a, Model)]

    for step in path[:-1]:
        field = inner(model)[0].model_fields.get(step) if inner(model) else None
        model = field.annotation if field else inner(model)[0] if inner(model) else model
    return inner(model)[0] if inner(model) else None


def _sentence(mistake: dict, tree: yaml.Node, model: Any, shown: str) -> InputError:
    """pydantic's finding in our words."""
    path, kind, limits = tuple(mistake["loc"]), mistake["type"], mistake.get("ctx", {})
    line, node, depth = _find(tree, path)
    own = limits.get("error")
    if kind == "missing":
        where = f"{shown}:{line}" if depth else shown
        return InputError("key_missing", where=where, line=line, key=_dotted(path))
    # Steps beyond the tree are pydantic's own: which part of a union, the key of a mapping.
    facts = {"where": f"{shown}:{line}", "line": line, "key": _dotted(path[:depth]), "said": _said(node)}
    if kind == "extra_forbidden":
        known = list(_model_at(model, path).model_fields)
        return InputError("key_unknown", **facts, allowed=listed(known), nearest=nearest(path[-1], known))
    if path[-1:] == ("[key]",):
        return InputError("key_wrong", **facts, allowed=own.facts["allowed"])
    if isinstance(own, _Refused):
        key = own.facts.get("key", facts["key"])
        there = _find(tree, tuple(key.split(".")))[0] if "key" in own.facts else line
        return InputError(own.code, **{**facts, **own.facts, "where": f"{shown}:{there}", "line": there})
    if not path[:depth]:
        return InputError("file_shape", where=shown, said=facts["said"], wanted=_word("type", kind.removesuffix("_type")))
    return _value_sentence(kind, limits, node, facts)


def _value_sentence(kind: str, limits: dict, node: yaml.Node, facts: dict) -> InputError:
    written = node.value if isinstance(node, yaml.ScalarNode) else ""
    if not written and isinstance(node, yaml.ScalarNode) or kind == "string_pattern_mismatch" and not written.strip():
        return InputError("value_empty", **facts)
    if kind == "literal_error" and isinstance(node, yaml.ScalarNode):
        known = [w.strip("'") for w in limits["expected"].replace(" or ", ", ").split(", ")]
        return InputError("value_wrong", **facts, allowed=listed(known), nearest=nearest(written.lower(), known))
    if kind in ("too_short", "too_long"):
        wanted = limits.get("min_length", limits.get("max_length"))
        if not limits["actual_length"]:
            return InputError("list_empty", **facts)
        return InputError("list_length", **facts, found=limits["actual_length"], wanted=wanted)
    if kind == "string_pattern_mismatch":
        return InputError("value_wrong", **facts, allowed=limits["pattern"])
    kind = {"finite_number": "float", "literal_error": "string", "int_from_float": "int"}.get(kind, kind)
    return InputError("type_wrong", **facts, wanted=_word("type", kind.removesuffix("_type").split("_")[0]))


def _said(node: yaml.Node) -> Callable[[str], str]:
    """What a key says, as words of a sentence: the text as written, or what kind of thing it is."""
    if not isinstance(node, yaml.ScalarNode):
        return _word("said", "list" if isinstance(node, yaml.SequenceNode) else "group")
    mark = node.style if node.style in ("'", '"') else ""
    if not mark and not node.value:
        return _word("said", "nothing")
    return lambda lang: message("said_text", lang, found=quoted(f"{mark}{node.value}{mark}"))


def _word(group: str, kind: str) -> Callable[[str], str]:
    words = texts("mne.texts", "errors.yml")
    key = f"{group}_{kind}" if f"{group}_{kind}" in words else f"{group}_other"
    return lambda lang: words[key][lang]


__all__ = ["Both", "Identifier", "Model", "Text", "Year", "load", "place", "read_text", "refuse", "within"]
