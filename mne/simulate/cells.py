"""Columns of a clean table as the cells of an office: typed values become what its hand writes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mne.intake.schema import NUMERIC, Column
from mne.simulate.hands import Hand, each

EPOCH = np.datetime64("1899-12-30")
ONE_LETTER = 3  # short words of choices are used from this length on: "N" and "M" say too little
SHORT_CHOICES = ("status", "previous", "school", "channel", "stage", "payer", "list", "area")


def written(frame: pd.DataFrame, name: str, column: Column, hand: Hand, places: Mapping[str, tuple[str, str, bool]]) -> tuple[list, bool]:
    """Cells of one column, and whether numbers among them are days of Excel.

    Parameters
    ----------
    frame : clean rows.
    name, column : the column, and what its schema says.
    hand : Hand
    places : by code, type, name and whether the name is alone in its district.

    Returns
    -------
    cells, days
        Cells are str, int, float or None.
    """
    values = frame[name]
    if column.type == "birth":
        return _births(values, frame[f"{name}_year"], hand), hand.days == "cell"
    if column.type == "date":
        return _days(values, hand), hand.days == "cell"
    if column.type in (*NUMERIC, "year"):
        return _numbers(values, column, hand), False
    if column.type == "yes_no":
        return _yes_no(values, column, hand), False
    if column.type == "place":
        return _blank(each(values, lambda code: hand.place(*places[code][:2], alone=places[code][2])), hand), False
    if column.type == "choice":
        return _blank(each(values, lambda value: hand.letters(choice(name, column, value, hand))), hand), False
    if column.type == "name":
        return _blank(each(values, hand.name), hand), False
    if column.type == "code" and column.width and hand.digits == "number" and not hand.plain_file:
        return [None if pd.isna(v) else int(v) for v in values], False
    return _blank(each(values, hand.letters), hand), False


def choice(name: str, column: Column, value: str, hand: Hand) -> str:
    """The word for a value of a choice."""
    said = column.values[value]
    longer = [word for word in said.also if len(word) >= ONE_LETTER]
    return longer[0] if hand.short and name in SHORT_CHOICES and longer else said.vi


def _blank(cells: list, hand: Hand) -> list:
    return [(hand.missing or None) if c is None else c for c in cells] if hand.missing else cells


def _serials(days: pd.Series) -> np.ndarray:
    return (days.to_numpy().astype("datetime64[D]") - EPOCH).astype(float)


def _days(values: pd.Series, hand: Hand) -> list:
    if hand.days == "cell":
        return [None if d != d else int(d) for d in np.where(values.isna(), np.nan, _serials(values))]
    return _blank([None if pd.isna(t) else t for t in values.dt.strftime("%d/%m/%Y")], hand)


def _births(day: pd.Series, year: pd.Series, hand: Hand) -> list:
    years = [None if pd.isna(y) else int(y) for y in year]
    if hand.plain_file:
        years = [None if y is None else str(y) for y in years]
    return [y if d is None or d == hand.missing else d for d, y in zip(_days(day, hand), years, strict=True)]


def _numbers(values: pd.Series, column: Column, hand: Hand) -> list:
    if column.type == "money" and hand.thousands:
        values = values / 1000
    numbers = [None if pd.isna(v) else int(v) if float(v).is_integer() and column.type != "rate" else float(v) for v in values]
    if column.type == "year":
        return [str(v) if hand.plain_file and v is not None else v for v in numbers]
    if hand.numbers == "text":
        return _blank([None if v is None else dotted(v, column.type == "rate") for v in numbers], hand)
    return [None if v is None else comma(v) for v in numbers] if hand.plain_file else numbers


def dotted(value: float, percent: bool = False) -> str:
    """A number with a dot for thousands and a comma for decimals: "1.234,5"; a rate with its sign."""
    text = (f"{value:,.2f}" if percent else f"{value:,}").translate(str.maketrans(",.", ".,"))
    return f"{text}%" if percent else text


def comma(value: float) -> str:
    """A number as a text file of Excel holds it here: a comma for decimals, nothing for thousands."""
    return str(value).replace(".", ",")


def _yes_no(values: pd.Series, column: Column, hand: Hand) -> list:
    yes, no = ("x", None) if column.blank is not None else (hand.letters("Có"), hand.letters("Không"))
    return [hand.missing or None if pd.isna(v) else yes if v else no for v in values]


def needs_decimal(columns: list[tuple[Column, list]]) -> bool:
    """Whether a column of numbers typed as text could be read with either decimal mark, so that somebody must say which."""
    for column, cells in columns:
        texts = [c for c in cells if isinstance(c, str)]
        settled = any("," in t or t.count(".") > 1 for t in texts)
        if column.type in ("money", "number", "rate") and any("." in t for t in texts) and not settled:
            return True
    return False
