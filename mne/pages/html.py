"""The pieces of a page: accessible, escaped, the same bytes for the same input.

Each piece shows itself in Jupyter and on the page by the same HTML.
"""

import dataclasses
from collections.abc import Sequence

from markupsafe import Markup


@dataclasses.dataclass(frozen=True)
class Block:
    """A piece of a page, ready to show."""

    html: Markup

    def _repr_html_(self) -> str:
        return str(self.html)

    def __repr__(self) -> str:
        return self.html.striptags()


@dataclasses.dataclass(frozen=True)
class Cell:
    """A table cell: what stands in it, whether it is a number (set to the right) or heads the row to note."""

    html: Markup
    number: bool = False
    own: bool = False


_FEW = 4  # columns of numbers that a phone has room for
_SHORT = 20  # rows that a table can have and still be kept on one printed page


def paragraphs(html: Markup) -> Markup:
    """Blank lines part paragraphs; lines that start with a dash become one list."""
    parts = []
    for block in str(html).strip().split("\n\n"):
        lines = [line.strip() for line in block.strip().split("\n") if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            parts.append("<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>")
        elif lines:
            parts.append("<p>" + " ".join(lines) + "</p>")
    return Markup("".join(parts))


def table(*, key: str, number: Markup, caption: Markup, head: Sequence[Markup], rows: Sequence[Sequence[Cell]],
          note: Markup, widths: Sequence[int] = ()) -> Markup:  # fmt: skip
    """A table with caption, scopes and a scroll region of its own.

    Parameters
    ----------
    key : str
        Id of the table on the page.
    number : Markup
        "Table 2.1", numbered by the page.
    head : column headings; the first column names the rows.
    rows : lists of :class:`Cell`, the first of each is the row heading.
    note : what stands under the table: source, grade, what is missing.
    widths : widths of the columns in per cent, for tables of running text.
    """
    headings = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(_side(bool(rows) and rows[0][i].number), text) for i, text in enumerate(head)
    )
    body = Markup("").join(
        Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            Markup(' class="own"') if first.own else "", first.html, Markup("").join(Markup("<td{}>{}</td>").format(_side(c.number), c.html) for c in rest))  # fmt: skip
        for first, *rest in rows
    )
    columns = Markup("").join(Markup('<col style="width:{}%">').format(w) for w in widths)
    few = bool(rows) and len(head) <= _FEW and all(c.number for c in rows[0][1:])
    return Markup(
        '<div class="table{}" id="{}"><div class="scroll" role="region" tabindex="0" aria-labelledby="{}-caption">'
        '<table><caption id="{}-caption">{}. {}</caption>{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
        '<p class="source">{}</p></div>'
    ).format(" wide few" if widths and few else " wide" if widths else " long" if len(rows) > _SHORT else "", key, key, key, number, caption,
             Markup("<colgroup>{}</colgroup>").format(columns) if widths else "", headings, body, note)  # fmt: skip


def _side(is_number: bool) -> Markup:
    return Markup(' class="num"') if is_number else Markup("")


def figure(*, key: str, number: Markup, title: Markup, subtitle: Markup, wide: str, narrow: str, alt: str,
           results: Sequence[str], note: Markup) -> Markup:  # fmt: skip
    """A figure: its finding as title, an image for wide and for narrow screens, alt text with numbers.

    ``results`` are the ids of the results whose numbers the alt text states.
    """
    return Markup(
        '<figure id="{}"><figcaption><span class="title">{}. {}</span> <span class="subtitle">{}</span></figcaption>'
        '<picture><source media="(max-width: 40rem)" srcset="data:image/svg+xml;base64,{}">'
        '<img src="data:image/svg+xml;base64,{}" alt="{}" data-results="{}"></picture><p class="source">{}</p></figure>'
    ).format(key, number, title, subtitle, narrow, wide, alt, " ".join(dict.fromkeys(results)), note)
