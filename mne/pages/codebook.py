"""The codebook: one page that describes every table an office may send, its columns and its rules."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from markupsafe import Markup

from mne.intake.codebook import ColumnWords, describe, expected, named, word
from mne.intake.schema import Schema, schemas
from mne.pages.html import Cell, table
from mne.text import label
from mne.writing import write_whole

_COLUMNS = (18, 18, 10, 24, 30)  # widths in per cent
_RULES = (26, 10, 18, 24, 22)
_FACTS = ("row", "reporter", "basis", "key", "expected")


def codebook(lang: str) -> str:
    """The page in one language: HTML that asks for nothing outside itself.

    Parameters
    ----------
    lang : "vi" or "en"
    """
    tables = schemas()
    contents = {key: schema.name(lang) for key, schema in tables.items()}
    sections = Markup("").join(_section(at, key, schema, lang) for at, (key, schema) in enumerate(tables.items(), 1))
    return whole_page(lang, title=word("title", lang), intro=word("intro", lang), listed=word("contents", lang), contents=contents, sections=sections)


def whole_page(lang: str, *, title: str, intro: str, listed: str, contents: Mapping[str, str], sections: Markup) -> str:
    """A codebook page around its sections: heading, list of contents, style.

    Parameters
    ----------
    lang : "vi" or "en"
    title, intro : what the page is and what it says first.
    listed : what the list of contents is called; ``contents`` are the names of the sections by their ids.
    sections : the page's own part.
    """
    links = Markup("").join(Markup('<li><a href="#{}">{}</a></li>').format(key, name) for key, name in contents.items())
    style = Markup((resources.files("mne.pages") / "template/review/style.css").read_text("utf-8"))
    return str(Markup(
        '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">{}</a>\n<header><h1>{}</h1></header>\n<nav aria-label="{}"><p class="nav-title">{}</p>\n<ul>{}</ul></nav>\n'
        '<main id="main" tabindex="-1">\n<p>{}</p>\n{}</main>\n</body>\n</html>\n'
    ).format(lang, title, style, word("skip", lang), title, listed, listed, links, intro, sections))  # fmt: skip


def write_codebook(folder: Path, *, lang: str) -> Path:
    """Write the page of one language as ``codebook_<lang>.html``, whole or not at all; returns its path."""
    return write_whole(folder / f"codebook_{lang}.html", codebook(lang).encode())


def _section(at: int, key: str, schema: Schema, lang: str) -> Markup:
    told = {"row": schema.row(lang), "reporter": schema.reporter(lang), "basis": Markup("<cite>{}</cite>").format(schema.basis(lang)),
            "key": named(schema, schema.key, lang), "expected": expected(schema, lang)}  # fmt: skip
    facts = Markup("").join(Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(word(fact, lang), told[fact]) for fact in _FACTS)
    head = Markup('<h2 id="{}"><span class="no">{}.</span> {} {}</h2>').format(key, at, schema.name(lang), _code(key, "span"))
    parts = [head, Markup('<dl class="about">{}</dl>').format(facts), _columns(at, key, schema, lang), _rules(at, key, schema, lang)]
    return Markup('<section aria-labelledby="{}">\n{}\n</section>\n').format(key, Markup("\n").join(parts))


def _columns(at: int, key: str, schema: Schema, lang: str) -> Markup:
    head = [Markup.escape(word(name, lang)) for name in ("column", "type", "required", "allowed", "headings")]
    rows = [_column(words, schema, lang) for words in describe(schema, lang)]
    return table(key=f"{key}-columns", number=_number(at, 1, lang), caption=_caption("columns_of", schema, lang), head=head, rows=rows,
                 note=Markup.escape(word("columns_note", lang)), widths=_COLUMNS)  # fmt: skip


def _column(words: ColumnWords, schema: Schema, lang: str) -> list[Cell]:
    kind = Markup('{} <span class="unit">{}</span>').format(words.type, words.unit) if words.unit else Markup.escape(words.type)
    values = schema.columns[words.id].values
    if values:
        allowed = Markup("<br>").join(
            Markup("<code>{}</code>{}").format(value(lang), Markup(" = <code>{}</code>").format("; ".join(value.also)) if value.also else "")
            for value in values.values()
        )
    else:
        allowed = Markup("<code>{}</code>").format(words.allowed) if words.allowed else Markup("")
    note = Markup("<p>{}</p>").format(words.note) if words.note else Markup("")
    # Most headings are Vietnamese in either edition; a screen reader must know.
    headings = Markup('<code lang="vi">{}</code>').format("; ".join(words.headings))
    return [Cell(Markup("{} {}").format(words.name, _code(words.id, "span"))), Cell(kind), Cell(Markup.escape(words.required)),
            Cell(allowed + note), Cell(headings)]  # fmt: skip


def _rules(at: int, key: str, schema: Schema, lang: str) -> Markup:
    if not schema.rules:
        return Markup("<p>{}</p>").format(word("no_rules", lang))
    head = [Markup.escape(word(name, lang)) for name in ("message", "severity", "columns_checked", "condition", "hint")]
    rows = [
        [Cell(Markup("{} {}").format(rule.message(lang), _code(name, "span"))), Cell(Markup.escape(word(rule.severity, lang))),
         Cell(Markup.escape(named(schema, rule.columns, lang))), Cell(_code(rule.wrong)), Cell(Markup.escape(rule.hint(lang)))]
        for name, rule in schema.rules.items()
    ]  # fmt: skip
    return table(key=f"{key}-rules", number=_number(at, 2, lang), caption=_caption("rules_of", schema, lang), head=head, rows=rows,
                 note=Markup.escape(word("rules_note", lang)), widths=_RULES)  # fmt: skip


def _number(at: int, part: int, lang: str) -> Markup:
    return Markup('{} <span class="no">{}.{}</span>').format(label("table", lang), at, part)


def _caption(key: str, schema: Schema, lang: str) -> Markup:
    return Markup.escape(word(key, lang, table=schema.name(lang)))


def _code(text: str, kind: str = "") -> Markup:
    """Something that is typed as it stands."""
    return Markup("<code{}>{}</code>").format(Markup(f' class="{kind}"') if kind else "", text)
