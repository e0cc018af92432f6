"""Pairs of cards side by side, one after the other, for an officer in JupyterLab: a look, nothing more.

It shows persons. So it runs only where somebody sits in front of it, saves nothing, and is part of no report.

>>> browse(found, cards, lang="vi", places=review.edition.places)
"""

import ipywidgets as widgets
import pandas as pd
from IPython import get_ipython
from markupsafe import Markup

from mne.errors import InputError
from mne.linkage.explain import sentence, weights
from mne.pages.card_words import title_of, words
from mne.text import number

BANDS = ("probable", "review", "no")
_FIELDS = ("number", "title", "name", "born", "sex", "village", "commune", "district", "household")
_BLUE, _GREY, _ORANGE = "#0b5c8a", "#6b7280", "#a8480f"


class PairBrowser(widgets.VBox):
    """Pairs that a filter leaves, one at a time.

    Attributes
    ----------
    commune, band : filters; "" lets all pass. back, forward : buttons. position : index of the pair that is shown, from 0.
    shown : the pair as HTML. pairs : pairs that pass, the heaviest first.
    """

    def __init__(self, pairs: pd.DataFrame, cards: pd.DataFrame, lang: str, places):
        self._all = pairs.sort_values(["weight", "first", "second"], ascending=[False, True, True], ignore_index=True)
        self._cards, self._lang, self._places = cards.set_index("number"), lang, places
        communes = sorted(self._all["commune_second"].dropna().unique(), key=self._place)
        every = words("browse", "all", lang)
        choices = {"commune": [(self._place(code), code) for code in communes], "band": [(words("bands", band, lang), band) for band in BANDS]}
        self.commune, self.band = (widgets.Dropdown(options=[(every, ""), *choices[key]], value=value, description=words("heads", key, lang))
                                   for key, value in (("commune", ""), ("band", "review")))  # fmt: skip
        self.back, self.forward = (widgets.Button(description=words("browse", key, lang)) for key in ("back", "forward"))
        self.told, self.shown = widgets.Label(), widgets.HTML()
        for chosen in (self.commune, self.band):
            chosen.observe(lambda change: self._filter(), names="value")
        self.back.on_click(lambda button: self._move(-1))
        self.forward.on_click(lambda button: self._move(1))
        super().__init__([widgets.HBox([self.commune, self.band]), widgets.HBox([self.back, self.told, self.forward]), self.shown])
        self._filter()

    def _filter(self) -> None:
        wanted = [self._all[column] == box.value for column, box in (("commune_second", self.commune), ("band", self.band)) if box.value]
        self.pairs = self._all[pd.concat(wanted, axis=1).all(axis=1)] if wanted else self._all
        self.position = 0
        self._show()

    def _move(self, step: int) -> None:
        self.position = min(max(self.position + step, 0), max(len(self.pairs) - 1, 0))
        self._show()

    def _show(self) -> None:
        count = len(self.pairs)
        self.back.disabled, self.forward.disabled = self.position == 0, self.position >= count - 1
        self.told.value = f"{number(self.position + bool(count), self._lang)} / {number(count, self._lang)}"
        none = Markup("<p>{}</p>").format(words("browse", "none", self._lang))
        self.shown.value = str(self._pair(self.pairs.iloc[self.position]) if count else none)

    def _pair(self, pair: pd.Series) -> Markup:
        """Both cards field by field, what differs marked, then the sentence and the bar."""
        sides = [self._card(pair[side]) for side in ("first", "second")]
        rows = Markup("").join(
            Markup('<tr><th scope="row" style="text-align:left;padding-right:1em">{}</th>{}</tr>').format(
                words("browse", field, self._lang), Markup("").join(_cell(side[field], _differ(field, *(s[field] for s in sides))) for side in sides))
            for field in _FIELDS)  # fmt: skip
        heads = Markup("").join(Markup('<th scope="col" style="text-align:left;padding-right:2em">{}</th>').format(words("heads", key, self._lang))
                                for key in ("stays", "second"))  # fmt: skip
        return Markup("<table><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table><p>{}</p>{}<p>{}</p>").format(
            heads, rows, sentence(pair, self._lang), bar(pair, self._lang), words("browse", "decides", self._lang))  # fmt: skip

    def _card(self, key: str) -> dict[str, str]:
        """A card's fields as words; a dash where nothing is written."""
        card = {**self._cards.loc[key].to_dict(), "number": key}
        born = f"{card['born']:%d/%m/%Y}" if pd.notna(card["born"]) else str(int(card["born_year"])) if pd.notna(card["born_year"]) else None
        sex = words("browse", card["sex"], self._lang) if pd.notna(card["sex"]) else None
        places = {column: self._place(card[column]) for column in ("commune", "district")}
        told = {**card, **places, "born": born, "sex": sex, "title": title_of(card["title"], self._lang)}
        return {field: str(told[field]) if pd.notna(told[field]) else "–" for field in _FIELDS}

    def _place(self, code: str) -> str:
        return self._places[code].name(self._lang)


def _differ(field: str, first: str, second: str) -> bool:
    """Whether two known fields differ; numbers of cards always do and tell nothing."""
    return field != "number" and first != second and "–" not in (first, second)


def _cell(text: str, differs: bool) -> Markup:
    inner = Markup("<mark>{}</mark>").format(text) if differs else Markup.escape(text)
    return Markup('<td style="text-align:left;padding-right:2em">{}</td>').format(inner)


def bar(pair, lang: str) -> Markup:
    """The weights of a pair as a static picture: what speaks against one person to the left of the line, what speaks for it to the right.

    Parameters
    ----------
    pair : a row of :attr:`mne.linkage.Duplicates.pairs`.
    """
    parts, scale, middle = weights(pair), 8.0, 320.0
    reach, drawn = {True: middle, False: middle}, []
    for part in parts.itertuples():
        side, width = part.weight >= 0, abs(part.weight) * scale
        left = reach[side] if side else reach[side] - width
        drawn.append(Markup('<rect x="{:.1f}" y="4" width="{:.1f}" height="20" fill="{}" stroke="white"><title>{} {}</title></rect>').format(
            left, width, _BLUE if side else _GREY, words("fields", part.field, lang), number(part.weight, lang, digits=1, signed=True)))  # fmt: skip
        reach[side] += width if side else -width
    total = middle + pair["weight"] * scale
    told = f"{words('fields', 'sum', lang)} {number(pair['weight'], lang, digits=1, signed=True)}"
    return Markup('<svg width="640" height="30" role="img" aria-label="{}">{}<rect x="{:.1f}" y="0" width="3" height="28" fill="{}"/></svg>').format(
        told, Markup("").join(drawn), total, _ORANGE)  # fmt: skip


def browse(found, cards: pd.DataFrame, *, places, lang: str = "vi") -> PairBrowser:
    """Look through pairs of cards, side by side.

    Parameters
    ----------
    found : :class:`mne.linkage.Duplicates` of the probabilistic method. cards : the list that was compared.
    places : :class:`mne.places.Places`, for names of communes. lang : {"vi", "en"}.

    Raises
    ------
    InputError
        Where nobody sits in front of the notebook: a run by papermill or nbconvert keeps what it shows, and this shows persons.
    """
    if _unattended():
        raise InputError("pairs_show_persons")
    return PairBrowser(found.pairs, cards, lang, places)


def _unattended() -> bool:
    """Whether a kernel runs this cell for a program: only those tell it that nobody can be asked anything."""
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return parent.get("content", {}).get("allow_stdin") is False
