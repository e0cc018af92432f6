"""What a place code means: the country, its regions, provinces and districts, with both names.

Codes are those of the statistics office; the dated commune gazetteer comes with the intake of
office files.
"""

import csv
import dataclasses
import functools
from pathlib import Path

from mne.errors import InputError, nearest

LEVELS = ("country", "region", "province", "district")


@dataclasses.dataclass(frozen=True)
class Place:
    """One place. ``column`` and ``row`` are its tile on the schematic map, where it has one."""

    code: str
    level: str
    name_vi: str
    name_en: str
    type_vi: str
    parent: str
    column: int | None
    row: int | None
    source: str

    def name(self, lang: str) -> str:
        return self.name_vi if lang == "vi" else self.name_en


class Places:
    """The gazetteer: ``places["20"]`` is a :class:`Place`."""

    def __init__(self, path: Path):
        self.path = path
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["column"], row["row"] = (int(row[k]) if row[k] else None for k in ("column", "row"))
        self._by_code = {row["code"]: Place(**row) for row in rows}

    def __getitem__(self, code: str) -> Place:
        return self._by_code[code]

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def codes(self, level: str, *, parent: str | None = None) -> list[str]:
        """Codes of one level, in the order of the file; of one parent where named."""
        return [p.code for p in self._by_code.values() if p.level == level and parent in (None, p.parent)]

    def chain(self, code: str) -> list[str]:
        """The place and all that contain it: district, province, region, country."""
        chain = [code]
        while self[chain[-1]].parent:
            chain.append(self[chain[-1]].parent)
        return chain

    def check(self, code: str, level: str, *, where: str, key: str, parent: str | None = None) -> None:
        """Refuse a code that is unknown, of another level, or lies outside ``parent``."""
        if code not in self:
            names = {f"{p.code} ({p.name_vi})" for p in self._by_code.values() if p.level == level}
            near = next((n for n in sorted(names) if n.startswith(code)), nearest(code, names))
            raise InputError("area_unknown", where=where, key=key, found=code, nearest=near)
        facts = {"where": where, "key": key, "found": code, "name": self[code].name}
        if self[code].level != level:
            raise InputError("area_level", **facts, level=lambda lang: _level_word(level, lang))
        if parent and parent not in self.chain(code):
            raise InputError("area_elsewhere", **facts, parent=self[parent].name)


def _level_word(level: str, lang: str) -> str:
    from mne.text import label

    return label(f"level_{level}", lang)


@functools.cache
def read_places(path: Path) -> Places:
    """The gazetteer of a data folder, read once."""
    return Places(path)
