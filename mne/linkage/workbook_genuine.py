"""Is a line that came back about a pair of today, and does it say what the cards say?"""

from mne.errors import InputError
from mne.linkage.workbook_cards import FIELDS, place_name, plain, shown


def found_again(lines: list[dict], known: list[dict], *, year: int, places) -> list[tuple[dict, dict | None]]:
    """Each line with the record of its pair; None where the pair is no longer found or one of its cards was corrected.

    Parameters
    ----------
    lines : of one workbook, from :func:`mne.linkage.workbook_reading.read_lines`.
    known : from :func:`mne.linkage.workbook_cards.records`, of today.
    year : of the list of today.

    Raises
    ------
    InputError
        For a workbook of another list or of no commune of the gazetteer, a key that was edited or belongs to another
        pair or commune, and a shown field that was edited.
    """
    by_identity = {record["key"][:16]: record for record in known}
    for line in lines:
        if line["year"] != year:
            raise InputError("card_year", where=line["file"], found=line["year"], year=year)
        if line["commune"] not in places:
            raise InputError("card_commune", where=line["file"], found=line["commune"], nearest=places.nearest(line["commune"], "commune"))
    return [(line, _record(line, by_identity.get(line["key"][:16]), places)) for line in lines]


def _record(line: dict, record: dict | None, places) -> dict | None:
    if not line["genuine"]:
        if record:
            _same(line, record, places)
        raise InputError("card_key", where=line["at"]["key"], found=line["found"])
    if record is None or record["key"] != line["key"]:
        return None
    communes = [plain(record[card]["commune"]) for card in ("first", "second")]
    if line["commune"] not in communes:
        places_named = [lambda lang, code=code: place_name(places, code, lang) for code in (communes[0], line["commune"])]
        raise InputError("card_elsewhere", where=line["at"]["key"], found=line["first"]["number"], place=places_named[0], here=places_named[1])
    if line["sheet"] == "pairs":
        _same(line, record, places)
    return record


def _same(line: dict, record: dict, places) -> None:
    """Refuse a line whose cards do not say what the cards of its key say."""
    first, second = (shown(record[card], places, line["lang"], home=line["commune"]) for card in ("first", "second"))
    said = [line["first"], line["second"]]
    if said[0]["number"] == second["number"] or said[1]["number"] == first["number"]:
        first, second = second, first
    if said[0]["number"] != first["number"] and said[1]["number"] != second["number"]:
        raise InputError("card_key_other", where=line["at"]["key"], found=said[0]["number"], first=first["number"], second=second["number"])
    for at, (here, true) in enumerate(zip(said, (first, second), strict=True)):
        for field in FIELDS:
            if here[field] != true[field]:
                raise InputError("card_shown", where=line["at"][("second", field) if at else field], found=here[field], was=true[field])
