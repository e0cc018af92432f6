"""Pairs of cards go to the communes and come back decided: one workbook a commune, for people who know the families.

The review is blind. A reviewer who saw the weight or the band of a pair would follow it, and the
error rates that the decisions are to measure would be those of the program. So neither is shown,
pairs stand in the order of a hash, and pairs drawn from below the cut for the clerical sample are
handed in with the others and look like them. The tool lists; it never cancels a card.

Files that come from outside should be looked at by a guard (:mod:`mne.intake.guard`) before they are
read here: :func:`mne.linkage.workbook_reading.workbooks` names them.
"""

from pathlib import Path

import pandas as pd

from mne.errors import InputError
from mne.linkage.workbook_cards import FILLED, list_year, plain, records, word
from mne.linkage.workbook_decision import decided, pooled
from mne.linkage.workbook_genuine import found_again
from mne.linkage.workbook_reading import read_lines, workbooks
from mne.linkage.workbook_sheet import workbook
from mne.writing import write_whole


def export(pairs: pd.DataFrame, cards: pd.DataFrame, folder: Path, *, places, lang: str, elsewhere: pd.DataFrame | None = None) -> list[Path]:
    """Write one workbook a commune, that of the first card, with everything in it that was decided before.

    Parameters
    ----------
    pairs : first, second (card numbers) and, where they are known, ``reason`` (a sentence in ``lang``; it must not tell how sure the
        program is) and ``stays`` ("first", "second", "both": which card stays if it is one person). All pairs that people are to look
        at, of every band, in any order.
    cards : the clean table of cards of one list year.
    folder : Path
        Made if it is not there. Decisions in its workbooks are carried over: into their pair or, where the pair is no longer found or a
        card was corrected, onto a sheet of earlier decisions. A copy under another name is read and left as it is.
    places : mne.places.Places
        The gazetteer of the edition.
    lang : "vi" or "en"
    elsewhere : decisions taken in another way, as :func:`read_decisions` gives them; filled in where the workbooks have none.

    Returns
    -------
    list of Path
        ``the_trung_<commune>.xlsx``, sorted; the same bytes each time.

    Raises
    ------
    InputError
        Where a workbook in the folder cannot be read back (nothing is written then), the folder cannot be written
        to, or a card lies in no commune of the gazetteer.
    """
    year, lines = list_year(cards), records(pairs, cards)
    for code in sorted({plain(line["first"]["commune"]) for line in lines}):
        places.check(code, "commune", where="cards", key="commune")
    before = _lines(folder, lines, year=year, places=places)
    filled = pooled([line for line, _ in before])
    today = {line["key"] for line in lines}
    other = {} if elsewhere is None else {(row["first"], row["second"]): _told(row, lang) for row in elsewhere.to_dict("records")}
    lines = [{**line, "filled": filled[line["key"]]["filled"] if line["key"] in filled else other.get(_numbers(line), {})} for line in lines]
    earlier = sorted((line for key, line in filled.items() if key not in today), key=lambda line: line["key"])
    made = {}
    for code in sorted({plain(line["first"]["commune"]) for line in lines} | {line["commune"] for line, _ in before}):
        here = [line for line in lines if plain(line["first"]["commune"]) == code]
        kept = [{**line, **{c: line[c]["number"] for c in ("first", "second")}} for line in earlier if line["commune"] == code]
        made[folder / f"the_trung_{code}.xlsx"] = workbook(here, kept, commune=code, year=year, places=places, lang=lang)
    return [write_whole(path, content) for path, content in made.items()]


def read_decisions(folder: Path, pairs: pd.DataFrame, cards: pd.DataFrame, *, places) -> pd.DataFrame:
    """The decisions in all workbooks of a folder about pairs of today.

    Parameters
    ----------
    folder : Path
        Every .xlsx in it is read, whatever its name; what lies in folders inside it is not.
    pairs, cards : as for :func:`export`; more pairs than were exported do no harm.
    places : mne.places.Places

    Returns
    -------
    DataFrame, one row a decided pair, sorted
        first, second, decision ("duplicate", "different", "cannot_tell"), reviewer, day (datetime), note. Its ``attrs`` count what is
        not in it: ``undecided`` (pairs in the workbooks without a decision), ``stale`` (decisions on pairs that are no longer found or of
        which a card was corrected: a decision holds for what was seen).

    Raises
    ------
    InputError
        For the first thing that was changed but the cells to fill in, and for the first decision that cannot be understood.
    """
    if not workbooks(folder):
        raise InputError("folder_no_files", where=folder.name)
    lines = _lines(folder, records(pairs, cards), year=list_year(cards), places=places)
    today = {line["key"]: record for line, record in lines if record}
    filled = pooled([line for line, _ in lines])
    found = [{"first": today[key]["first"]["number"], "second": today[key]["second"]["number"], **decision}
             for key, line in filled.items() if key in today and (decision := decided(line))]  # fmt: skip
    table = pd.DataFrame(found, columns=["first", "second", *FILLED]).astype({"day": "datetime64[s]"})
    table = table.sort_values(["first", "second"], ignore_index=True)
    stale = sum(bool(plain(line["filled"]["decision"])) for key, line in filled.items() if key not in today)
    table.attrs = {"undecided": len(today) - len(table), "stale": stale}
    return table


def _numbers(line: dict) -> tuple[str, str]:
    return line["first"]["number"], line["second"]["number"]


def _told(row: dict, lang: str) -> dict:
    """A decision as it is filled in."""
    return {"decision": word(row["decision"], lang), "reviewer": row["reviewer"], "day": row["day"].to_pydatetime(), "note": row["note"] or None}


def _lines(folder: Path, known: list[dict], *, year: int, places) -> list[tuple[dict, dict | None]]:
    """Lines of all workbooks of a folder, each with the record of its pair, if it has one today."""
    return [found for path in workbooks(folder) for found in found_again(read_lines(path), known, year=year, places=places)]
