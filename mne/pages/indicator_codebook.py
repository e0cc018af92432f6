"""The codebook of indicators: one page that prints every definition of the catalogue, whole."""

import itertools
import json
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from mne.indicators.definition import Definition
from mne.pages.codebook import whole_page
from mne.text import number, texts, unit
from mne.writing import write_whole

# In this order they are read best; every key of a definition is here or in the heading.
_FACTS = (
    "definition", "numerator", "denominator", "filter", "weight", "of", "groups_differenced", "aggregation", "unit", "factor", "digits", "level",
    "direction", "time", "rows", "tables", "groups", "always_by", "finest", "aggregatable", "counts", "zero_rule", "floor", "kind", "sample",
    "source", "owner", "frequency", "due", "motive", "legal_basis", "breaks", "limits", "test", "short", "version", "valid_from", "valid_to",
    "digest",
)  # fmt: skip
_WORDED = ("aggregation", "level", "direction", "time", "finest", "zero_rule", "kind")
_LONG = ("definition", "motive", "limits", "test")  # over the whole width
_WIDE = Markup(' style="grid-column: 1 / -1"')
_CODES = ("factor", "digits", "version", "rows", "filter", "weight", "of", "digest")


def indicator_codebook(definitions: Mapping[str, Definition], lang: str) -> str:
    """The page in one language: HTML that asks for nothing outside itself.

    Parameters
    ----------
    definitions : Mapping of str to Definition
        The catalogue, as :func:`mne.indicators.definition.read_definitions` gives it.
    lang : "vi" or "en"
    """
    # The families stand as they are named; a file that a project adds itself comes last.
    order = [*texts("mne.texts", "catalogue.yml"), *(f"family_{d.family}" for d in definitions.values())]
    ordered = sorted(definitions.values(), key=lambda d: order.index(f"family_{d.family}"))
    families = [(key, list(found)) for key, found in itertools.groupby(ordered, key=lambda d: d.family)]
    sections = Markup("").join(_section(at, key, found, lang) for at, (key, found) in enumerate(families, 1))
    return whole_page(lang, title=_word("title", lang), intro=_word("intro", lang), listed=_word("contents", lang),
                      contents={key: _family(key, lang) for key, _ in families}, sections=sections)  # fmt: skip


def write_indicator_codebook(folder: Path, definitions: Mapping[str, Definition], *, lang: str) -> Path:
    """Write the page of one language as ``indicators_<lang>.html``, whole or not at all; returns its path."""
    return write_whole(folder / f"indicators_{lang}.html", indicator_codebook(definitions, lang).encode())


def _word(key: str, lang: str, **facts: str) -> str:
    return texts("mne.texts", "catalogue.yml")[key][lang].format_map(facts)


def _family(key: str, lang: str) -> str:
    """The words of a family; a project may add a file of its own, which is called by its name."""
    known = texts("mne.texts", "catalogue.yml")
    return known[f"family_{key}"][lang] if f"family_{key}" in known else key


def _section(at: int, key: str, definitions: list[Definition], lang: str) -> Markup:
    head = Markup('<h2 id="{}"><span class="no">{}.</span> {}</h2>').format(key, at, _family(key, lang))
    entries = Markup("\n").join(_entry(definition, lang) for definition in definitions)
    return Markup('<section aria-labelledby="{}">\n{}\n{}\n</section>\n').format(key, head, entries)


def _entry(definition: Definition, lang: str) -> Markup:
    head = Markup('<h3 id="indicator-{}">{} <code>{}</code> <code class="span">{}</code></h3>').format(
        definition.id, definition.name(lang), definition.code, definition.id)  # fmt: skip
    facts = Markup("").join(
        Markup('<div data-key="{}"{}><dt>{}</dt><dd>{}</dd></div>').format(fact, _WIDE if fact in _LONG else "", _word(fact, lang), _told(definition, fact, lang))
        for fact in _FACTS
    )
    return Markup('{}\n<dl class="about">{}</dl>').format(head, facts)


def _told(definition: Definition, fact: str, lang: str) -> Markup:
    """One key of a definition as people read it."""
    value = getattr(definition, fact)
    if value is None or value == []:
        return Markup.escape(_word("none", lang))
    if fact in _WORDED:
        return Markup.escape(_word(f"{fact}_{value}", lang))
    if fact in _CODES:
        return _code(_plain(value) if isinstance(value, float) else value)
    if fact in ("groups", "always_by"):
        return Markup.escape(", ".join(_word(f"group_{name}", lang) for name in value))
    if fact in ("numerator", "denominator"):
        return Markup("{} {}").format(value.words(lang), _code(value.feature))
    if fact in ("aggregatable", "counts"):
        return Markup.escape(_word("yes" if value else "no", lang))
    if fact in ("tables", "groups_differenced"):
        return _code(", ".join(value))
    return _OTHERS.get(fact, lambda value, lang: Markup.escape(value(lang)))(value, lang)


def _code(text: object) -> Markup:
    """Something that is typed as it stands."""
    return Markup("<code>{}</code>").format(text)


def _plain(value: float) -> str:
    """A number as the file writes it, without a power of ten."""
    return f"{value:.12g}"


def _floor(value: object, lang: str) -> Markup:
    missing = number(value.missing_share * 100, lang) + "%"
    return Markup(_word("floor_words", lang, denominator=_code(value.denominator), missing=_code(missing)))


def _motive(value: list[str], lang: str) -> Markup:
    passages = texts("mne.texts", "motives.yml")
    return Markup("; ").join(Markup("{} <cite>{}</cite>").format(_code(name), passages[name][lang]) for name in value)


def _test(value: object, lang: str) -> Markup:
    rows = Markup("<br>").join(_code(json.dumps(row, ensure_ascii=False)) for row in value.rows)
    return Markup("{}<br>→ {}").format(rows, _code(_word("none", lang) if value.value is None else _plain(value.value)))


def _years(value: list[int], _lang: str) -> Markup:
    return Markup(", ").join(Markup('<time datetime="{}">{}</time>').format(year, year) for year in value)


_OTHERS = {
    "unit": lambda value, lang: Markup("{} {}").format(unit(value, lang), _code(value)),
    "floor": _floor,
    "sample": lambda value, lang: Markup(_word("sample_words", lang, strata=_code(value.strata), psu=_code(value.psu))),
    "motive": _motive,
    "legal_basis": lambda value, lang: Markup("<cite>{}</cite>").format(value(lang)),
    "breaks": _years,
    "test": _test,
    "valid_from": lambda value, _lang: Markup('<time datetime="{}">{}</time>').format(value, value),
    "valid_to": lambda value, _lang: Markup('<time datetime="{}">{}</time>').format(value, value),
}
