"""What each row of a sheet is: data, or title, heading, numbering, unit, section, subtotal, note, signature.

Only what is surely no data is declared so; a row that fits nothing stays among the data and is
told of there, so that none is lost in silence.
"""

import dataclasses
import operator
import re
from collections.abc import Collection

from mne.intake.days import signed_on
from mne.intake.headings import Heading
from mne.intake.schema import NUMERIC, Schema
from mne.vietnamese import fold, tidy

_TOTAL = re.compile(
    r"(tổng( (cộng|số|toàn|hợp).*)?|cộng( (xã|thị trấn|phường|huyện|thành phố|thị xã|thôn|bản|khối|toàn|khu|tt|tp|[ivx]+)\b.*)?"
    r"|toàn (tỉnh|huyện|xã|thành phố|thị trấn|phường|thị xã)\b.*|(grand |sub ?)?total.*)"
)
_TOTAL_FOLDED = re.compile(r"(tong( (cong|so|toan)\b.*)|cong( (xa|thi tran|phuong|huyen|thanh pho|toan)\b.*)?|toan (tinh|huyen|xa)\b.*|(grand |sub ?)?total.*)")
_SECTION = re.compile(r"(?:[IVXLC]{1,5}|[A-EĐ]|\d{1,3})\s*[.)/:-]\s*\S|(?:xã|thị trấn|phường|huyện|thành phố|khu vực|thôn|bản|khối|x\.|tt\.|p\.)\s", re.IGNORECASE)
_ROMAN = re.compile(r"[IVXLC]{1,5}|[A-EĐ]")
_SIGNED = re.compile(r"(người (lập|tổng hợp|ghi)|lập biểu|chủ tịch|phó chủ tịch|trưởng (phòng|ban|thôn)|phó trưởng|giám đốc|phó giám đốc|kt |tm |tl |tuq "
                     r"|nơi nhận|ký tên|đã ký|xác nhận của|thủ trưởng|cán bộ|kế toán|ký ghi rõ)")  # fmt: skip
_DISTRICT = re.compile(r"\b(huyện|thành phố|thị xã)\b")
_NOTE = re.compile(r"(ghi chú|chú thích|nguồn|lưu ý|note|source|\*)")
_UNITS = {"ho", "nguoi", "khau", "%", "dong", "1 000 dong", "nghin dong", "trieu dong", "kg", "tan", "the", "ngay", "nam", "vnd", "thang"}


@dataclasses.dataclass(frozen=True)
class Layout:
    """Rows of a sheet by what they are; positions from 0.

    Attributes
    ----------
    data : rows of data, in order.
    kinds : what each other row that is not empty is.
    sections : for each row of data, the text of the section it stands in, or an empty string; where sections of
        a district hold sections of communes, one line each.
    totals : subtotal rows and sections that carry figures, in order.
    titles : texts above the heading.
    signed : the last day that a signature block names, ISO, or an empty string.
    """

    data: list[int]
    kinds: dict[int, str]
    sections: list[str]
    totals: list[int]
    titles: list[str]
    signed: str


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _plain(text: str) -> str:
    """Small letters in composed Unicode, punctuation as blanks."""
    return " ".join(re.sub(r"[^\w%*]+", " ", tidy(text).lower()).split())


def is_total(text: str) -> bool:
    """Whether a label says that its row adds up others; the commune Cộng Hòa and the family Tống do not."""
    return bool(_TOTAL.fullmatch(_plain(text)) or (text.isascii() and _TOTAL_FOLDED.fullmatch(fold(text))))


def lay_out(rows: list[list], heading: Heading, schema: Schema, *, uncached: Collection[tuple[int, int]] = ()) -> Layout:
    """Sort the rows of a sheet.

    Parameters
    ----------
    rows : rows of the sheet, decoded.
    heading : Heading, as found in it.
    schema : Schema of its table.
    uncached : row and column of formulas whose result is not in the file; a row of nothing else is no blank one.
    """
    kinds, titles = {}, []
    for index, row in enumerate(rows[: heading.last + 1]):
        texts = [c for c in row if not _blank(c)]
        if texts:
            kinds[index] = "title" if index < heading.first else "header"
            titles += [str(t) for t in texts] if index < heading.first else []
    walk = _Walk(rows, heading, schema, {row for row, _ in uncached})
    walk.run()
    return Layout(walk.data, kinds | walk.kinds, walk.sections, walk.totals, titles, walk.signed)


class _Walk:
    """One pass over the rows below the heading."""

    def __init__(self, rows: list[list], heading: Heading, schema: Schema, uncached: set[int]):
        self.rows, self.heading, self.uncached = rows, heading, uncached
        self.data, self.kinds, self.sections, self.totals = [], {}, [], []
        self.section, self.district, self.signed, self.closing = "", "", "", False
        self.mapped = list(heading.columns)
        self.texts = [i for i, m in heading.columns.items() if schema.columns[m].type not in (*NUMERIC, "year", "date", "birth")]
        required = [i for i, m in heading.columns.items() if schema.columns[m].required]
        self.anchors = required or self.mapped
        levels = {schema.columns[m].level for m in heading.columns.values()}
        self.sectioned = any(c.level == "commune" and c.required for c in schema.columns.values()) and "commune" not in levels
        self.labels = {i: " ".join(str(rows[heading.last][i]).split()) for i in self.mapped if i < len(rows[heading.last]) and rows[heading.last][i]}

    def run(self) -> None:
        first, anchors, seen = self.heading.last + 1, self.anchors, {}
        head = self.labels.get(anchors[0])
        anchored = operator.itemgetter(*anchors, anchors[0])
        for index in range(first, len(self.rows)):
            row = self.rows[index]
            if not self.closing and index > first + 2 and None not in anchored(row) and row[anchors[0]] != head:
                # The common case, kept short: a full row whose label is no total.
                label = row[0] if row[0] is not None else next(c for c in row if c is not None)
                if not isinstance(label, str) or (seen[label] if label in seen else seen.setdefault(label, self._ordinary(label))):
                    self._take(index)
                    continue
            kind = self._kind(index, row)
            if kind == "data":
                self._take(index)
            elif kind:
                self.kinds[index] = kind

    def _ordinary(self, label: str) -> bool:
        return bool(label.strip()) and not is_total(label) and " ".join(label.split()) not in self.labels.values()

    def _take(self, index: int) -> None:
        self.data.append(index)
        self.sections.append(self.section)

    def _kind(self, index: int, row: list) -> str:
        """What an uncommon row is; an empty string for a blank one."""
        filled = {i: c for i, c in enumerate(row) if not _blank(c)}
        if not filled:
            return "data" if index in self.uncached else ""
        texts = [" ".join(c.split()) for c in filled.values() if isinstance(c, str)]
        if index <= self.heading.last + 3 and not self.data and self._beneath(filled, texts):
            return self._beneath(filled, texts)
        if sum(1 for i, t in self.labels.items() if filled.get(i) is not None and " ".join(str(filled[i]).split()) == t) >= max(2, len(self.labels) // 2):
            return "header"
        labels = texts[:2] if texts and _ROMAN.fullmatch(texts[0].strip(".")) else texts[:1]
        if labels and (not self._is_record(filled) or not self._numbered(filled)) and any(is_total(t) for t in labels):
            self.totals.append(index)
            return "subtotal"
        if self._closes(filled, texts):
            return "signature"
        if texts and not self._is_record(filled):
            return self._aside(index, filled, texts)
        return "data"

    def _numbered(self, filled: dict) -> bool:
        first = next(iter(filled.values()))
        return isinstance(first, int | float) or str(first).strip().isdigit()

    def _is_record(self, filled: dict) -> bool:
        """Whether enough of the text columns are filled for a row to be one of data."""
        have = sum(i in filled for i in self.texts)
        anchors = sum(i in filled for i in self.anchors)
        return have >= max(2, (len(self.texts) + 1) // 2) or (anchors == len(self.anchors) and len(self.texts) < 2)

    def _beneath(self, filled: dict, texts: list[str]) -> str:
        """Numbering "(1) (2) (3)" or units right under a heading."""
        marks = [re.sub(r"\.0$", "", str(c).split("=")[0]).strip("() .") for c in filled.values()]
        if len(marks) >= 4 and all(re.fullmatch(r"\d{1,2}|[A-Z]", m) for m in marks):
            digits = [int(m) for m in marks if m.isdigit()]
            if all(b - a in (0, 1) for a, b in zip(digits, digits[1:], strict=False)) and (not digits or digits[0] <= 2):
                return "numbering"
        if texts and len(texts) == len(filled) and all(fold(t).strip("() ") in _UNITS or t.strip("() ") == "%" for t in texts):
            return "unit"
        return ""

    def _closes(self, filled: dict, texts: list[str]) -> bool:
        """Whether the signature block has begun: a dated line, an office, or what follows them."""
        if self._is_record(filled) and not (texts and _SIGNED.match(_plain(texts[0]))):
            return False
        dated = next((d for t in texts if (d := signed_on(t))), None)
        if dated:
            self.signed, self.closing = dated.isoformat(), True
        elif texts and any(_SIGNED.match(_plain(t)) for t in texts):
            self.closing = True
        return self.closing and len(filled) <= 4 and len(texts) == len(filled)

    def _enter(self, label: str) -> None:
        """A section of a district holds the sections of its communes below it."""
        if _DISTRICT.search(_plain(label)):
            self.district = label
            self.section = label
        else:
            self.section = f"{self.district}\n{label}" if self.district else label

    def _aside(self, index: int, filled: dict, texts: list[str]) -> str:
        """A section or a note; what is neither stays data."""
        label = ". ".join(texts[:2]) if len(texts) > 1 and _ROMAN.fullmatch(texts[0].strip(".")) else texts[0]
        if _NOTE.match(_plain(texts[0])) or texts[0].startswith(("(*", "*")):
            return "note"
        if _SECTION.match(label) and len(texts) <= 2:
            self._enter(label)
            if any(isinstance(c, int | float) for i, c in filled.items() if i in self.mapped):
                self.totals.append(index)
            return "section"
        if self.sectioned and len(filled) == 1:
            # Where sections name the communes, a lone text must end the section above it, whatever it is.
            self._enter(label)
            return "section"
        return "data"
