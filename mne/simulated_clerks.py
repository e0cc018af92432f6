"""The officers of a fictional province fill in the workbooks that ``mne cards export`` would give them."""

import json
import shutil
from pathlib import Path

from mne.cards.review import to_decide
from mne.digests import code_digest
from mne.linkage import find_duplicates
from mne.linkage.workbook import export
from mne.simulate.clerks import decide

_MARK = "made.json"


def answer(review, province: Path, *, lang: str) -> None:
    """Write the decided workbooks of a synthetic edition, or leave them where nothing would change.

    Parameters
    ----------
    province : folder that ``mne simulate`` made.
    """
    edition = review.edition
    folder = edition.file(edition.cards.decisions)
    made = {"province": json.loads((province / _MARK).read_text("utf-8")), "code": code_digest(edition.root), "lang": lang, **edition.cards.model_dump()}
    mark = folder / _MARK
    if mark.is_file() and json.loads(mark.read_text("utf-8")) == made:
        return
    shutil.rmtree(folder, ignore_errors=True)
    for year, cards in review.tables["cards"].groupby("year"):
        found = find_duplicates(cards)
        asked = to_decide(review, found, cards)
        export(asked, cards, folder / str(year), places=edition.places, lang=lang, elsewhere=decide(province, asked))
    mark.write_text(json.dumps(made, sort_keys=True) + "\n", "utf-8")
