"""One file of an office and its part of the key; then the parts of all files as one key."""

import dataclasses
import functools
import json
import shutil
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from mne.intake.schema import schemas
from mne.simulate import exports, key
from mne.simulate.cells import dotted, needs_decimal
from mne.simulate.facts import planted, true_persons
from mne.simulate.faults import Fault, draw_faults
from mne.simulate.files import join_parquet, notes_sheet, write_parquet, write_text, write_workbook
from mne.simulate.hands import Hand, plain
from mne.simulate.plan import MAKERS, SWAPPED, File, files
from mne.simulate.province import Province, make_province
from mne.simulate.sheets import Block, Sheet, columns, compose
from mne.simulate.world import World

TEXT_FILES = {"csv": ("cp1252", ";"), "csv-utf8": ("utf-8-sig", ","), "csv-utf16": ("utf-16", "\t")}


@dataclasses.dataclass(frozen=True)
class Written:
    """What the key says of one file: refused rows, rows of no data, and whether its decimal mark must be told."""

    path: str
    quarantine: list[dict]
    non_data: list[dict]
    ambiguous: bool
    tables: list[str]


@functools.lru_cache(maxsize=1)
def remembered(seed: int, size: float) -> Province:
    """The province of a seed and size, made once in each process."""
    return make_province(World(), seed, size)


def _places(province: Province) -> dict[str, tuple[str, str, bool]]:
    """Type and name of each place, and whether no other of its district has the name (accents apart)."""
    communes = province.land.communes
    folded = [(d, plain(n).lower()) for d, n in zip(communes["district"], communes["name"], strict=True)]
    alone = [folded.count(name) == 1 for name in folded]
    found = dict(zip(communes["code"], zip(communes["type"], communes["name"], alone, strict=True), strict=True))
    districts = province.land.districts
    return found | {c: (k, n, True) for c, k, n in zip(districts["code"], districts["type"], districts["name"], strict=True)}


def write_file(root: str, seed: int, size: float, number: int) -> Written:
    """Write one file and its part of the key."""
    province = remembered(seed, size)
    file = files(province)[number]
    path = Path(root) / "files" / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks, places = MAKERS[file.make](province, *file.args, file.hand), _places(province)
    if file.hand.ending in ("parquet", "kobo"):
        block, hand = blocks[0]
        block = exports.with_server_ids(block, seed) if file.hand.ending == "kobo" else block
        sheets = [exports.kobo(path, block, places) if file.hand.ending == "kobo" else exports.parquet(path, block, hand, places)]
        return _keep(Path(root), number, file, [(block, hand)], sheets, [[]])
    faults = [_faults(province, file, block, hand) for block, hand in blocks]
    if file.hand.ending != "xlsx":  # a text file is one sheet of its own name
        blocks = [(dataclasses.replace(block, name=path.stem), hand) for block, hand in blocks]
    sheets = [compose(block, hand, places, wrong, office=_office(file)) for (block, hand), wrong in zip(blocks, faults, strict=True)]
    if file.hand.ending == "xlsx":
        hidden = [(notes_sheet(file.hand), file.hand)] if file.hand.hidden else []
        write_workbook(path, [*((sheet, hand) for sheet, (_, hand) in zip(sheets, blocks, strict=True)), *hidden])
    else:
        encoding, separator = TEXT_FILES[file.hand.ending]
        write_text(path, sheets[0], encoding=encoding, separator=separator)
    return _keep(Path(root), number, file, blocks, sheets, faults)


def _office(file: File) -> str:
    return str(file.args[0]) if file.make in ("households", "forms", "persons", "cards", "electricity", "education") else file.make


def _faults(province: Province, file: File, block: Block, hand: Hand) -> list[Fault]:
    """Rows of a sheet that are to be at fault; rows with another planted fact are left as they are."""
    district, name, year = province.world.copied_commune
    copied = province.land.communes["code"][province.land.commune(district, name)]
    spared = (block.rows["commune"] == copied).to_numpy(bool) if "commune" in block.rows else np.zeros(len(block.rows), bool)
    form = block.table == "review_summary" and (block.rows["list"] == "poor").all()
    spared = spared | form
    draw = np.random.default_rng([province.seed, zlib.crc32(f"{file.path} {block.name}".encode())])
    found = draw_faults(block.table, block.rows, columns(block, hand), hand, province.world.faulty, draw, spared)
    if form and file.args[:2] == SWAPPED[:2]:
        found.append(Fault(SWAPPED[2], "exits", "percentage_in_count", dotted(SWAPPED[3]) if hand.numbers == "text" else SWAPPED[3]))
    return found


def _keep(root: Path, number: int, file: File, blocks: list[tuple[Block, Hand]], sheets: list[Sheet], faults: list[list[Fault]]) -> Written:
    """Keep the answers of one file: accepted rows as a part of their table, the rest for the lists."""
    quarantine, lines, parts = [], [], {}
    for (block, hand), sheet, wrong in zip(blocks, sheets, faults, strict=True):
        parts.setdefault(block.table, []).append(key.accepted(file.path, sheet, block, hand, wrong))
        quarantine += key.quarantined(file.path, sheet, block, wrong)
        lines += key.non_data(file.path, sheet)
    if file.hand.hidden and file.hand.ending == "xlsx":
        lines += key.non_data(file.path, notes_sheet(file.hand))
    for table, frames in parts.items():
        write_parquet(root / "key" / "parts" / f"{table}-{number:03}.parquet", pd.concat(frames, ignore_index=True))
    ambiguous = any(hand.numbers == "text" and needs_decimal(_typed_numbers(block, sheet)) for (block, hand),
                    sheet in zip(blocks, sheets, strict=True))
    return Written(file.path, quarantine, lines, ambiguous, list(parts))


def _typed_numbers(block: Block, sheet: Sheet) -> list:
    columns = schemas()[block.table].columns
    return [(columns[n], cells) for n, cells in zip(sheet.names, sheet.cells, strict=False) if n in columns]


def write_key(root: Path, province: Province, written: list[Written]) -> None:
    """Put the answers of all files together."""
    folder, conflicts = root / "key", []
    for table, schema in schemas().items():
        parts = [folder / "parts" / f"{table}-{number:03}.parquet" for number, file in enumerate(written) if table in file.tables]
        found = join_parquet(folder / "clean" / f"{table}.parquet", parts, schema.key)
        conflicts += found.assign(table=table, rule_kind="key_conflict", column=schema.key[-1] if schema.key else "", value="").to_dict("records")
    shutil.rmtree(folder / "parts")
    for name, columns in (("quarantine", key.QUARANTINE), ("non_data", key.NON_DATA)):
        rows = [row for file in written for row in getattr(file, name)] + (conflicts if name == "quarantine" else [])
        pd.DataFrame(rows, columns=columns).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    write_parquet(folder / "persons_true.parquet", true_persons(province))
    facts = planted(province)
    (folder / "planted.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
