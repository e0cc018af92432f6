"""Pairs of cards go out to people and come back decided: which pairs, where their workbooks lie, what the decisions say."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from mne.errors import InputError
from mne.intake.guard import inspect
from mne.linkage import Duplicates, find_duplicates
from mne.linkage.clerical import Clerical, assess
from mne.linkage.clerical_sample import draw_sample
from mne.linkage.titles import proposals
from mne.linkage.workbook import export, read_decisions
from mne.linkage.workbook_reading import workbooks
from mne.text import label, number


def export_cards(review, *, lang: str, everything: bool = False) -> list[str]:
    """Write the workbooks of each list year; returns a line to read for each year.

    Parameters
    ----------
    everything : also asks about every probable pair, not only about those of the sample.

    Raises
    ------
    InputError
        For an edition without lists of cards or without a ``cards`` block, or a workbook in the folder that was tampered with.
    """
    lines = []
    for year, cards in _lists(review):
        folder = _folder(review, year)
        _guard(folder)
        asked = to_decide(review, find_duplicates(cards), cards, everything=everything)
        written = export(asked, cards, folder, places=review.edition.places, lang=lang)
        lines.append(label("cards_exported", lang).format(
            year=year, pairs=number(len(asked), lang), files=number(len(written), lang), folder=f"{review.edition.cards.decisions}/{year}"))  # fmt: skip
    return lines


def import_cards(review, *, lang: str) -> list[str]:
    """Read the decisions of each list year and tell what they say: precision, completeness, number of duplicates, limits that they suggest.

    Raises
    ------
    InputError
        As :func:`export_cards`, for a folder without workbooks, and where nothing was decided.
    """
    lines = []
    for year, cards in _lists(review):
        folder = _folder(review, year)
        if not folder.is_dir():
            raise InputError("cards_not_exported", where=f"{review.edition.cards.decisions}/{year}", edition=review.edition.shown)
        _guard(folder)
        found = find_duplicates(cards)
        decisions = read_decisions(folder, found.pairs, cards, places=review.edition.places)
        clerical = assess(found, _sample(review, found), decisions)
        lines += [label("cards_imported", lang).format(year=year, decided=number(len(decisions), lang), waiting=number(decisions.attrs["undecided"], lang),
                                                       stale=number(decisions.attrs["stale"], lang)), *clerical.summary(lang).splitlines()]  # fmt: skip
    return lines


def to_decide(review, found: Duplicates, cards: pd.DataFrame, *, everything: bool = False) -> pd.DataFrame:
    """Pairs that people are asked about: the band to review, and a sample of all weights so that nobody can tell which is which.

    Returns
    -------
    DataFrame
        ``first``, ``second``, ``stays`` ("first"; "both" where the household would be left without a card), in the order of the numbers.
    """
    asked = found.pairs[found.pairs["band"].isin(["probable", "review"] if everything else ["review"])]
    asked = pd.concat([asked, _sample(review, found)])[["first", "second"]].drop_duplicates().sort_values(["first", "second"], ignore_index=True)
    proposed = proposals(found.pairs, cards)
    kept = set(proposed.loc[proposed["proposal"] == "keep_only_card", "second"])
    return asked.assign(stays=["both" if second in kept else "first" for second in asked["second"]])


def assessed(review, year: int, found: Duplicates) -> Clerical | None:
    """What people decided on the pairs of a list year; None where nobody has decided yet."""
    if review.edition.cards is None or not (folder := _folder(review, year)).is_dir() or not workbooks(folder):
        return None
    _guard(folder)
    cards = review.tables["cards"]
    decisions = read_decisions(folder, found.pairs, cards[cards["year"] == year], places=review.edition.places)
    return assess(found, _sample(review, found), decisions) if len(decisions) else None


def _lists(review) -> Iterator[tuple[int, pd.DataFrame]]:
    if review.edition.cards is None or "cards" not in review.tables:
        raise InputError("cards_none", where=review.edition.shown)
    for year, cards in review.tables["cards"].groupby("year"):
        yield int(year), cards


def _folder(review, year: int) -> Path:
    return review.edition.file(review.edition.cards.decisions) / str(year)


def _sample(review, found: Duplicates) -> pd.DataFrame:
    return draw_sample(found, size=review.edition.cards.sample, seed=review.edition.cards.seed)


def _guard(folder: Path) -> None:
    """Look at each workbook before anything opens it: it may come from anywhere."""
    for path in workbooks(folder) if folder.is_dir() else ():
        inspect(path, shown=path.name)
