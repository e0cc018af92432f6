"""Which files the offices send, and what stands in each: folder, name, sheets, titles, hand."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from mne.simulate import cards as insured
from mne.simulate import oversight, projects, reviews, support
from mne.simulate.hands import BODIES, DISTRICTS, FONTS, PROVINCE, Hand, plain
from mne.simulate.province import Province
from mne.simulate.sheets import Block
from mne.simulate.world import REVIEWS

LABOUR, PEOPLE = "Phòng Lao động - Thương binh và Xã hội", "Ủy ban nhân dân"
WITH_FORMS = (9, 10)  # districts that send the form in the workbook of the list
UNNAMED = (10, 2009)  # a list that says its year nowhere
ODD_RATES = (1, 2011, 3, 0.66)  # district, year, row of the form whose rate is not the quotient, points too high
SWAPPED = (4, 2010, 5, 10.98)  # district, year, row of the form with a percentage among the numbers of exits (a published case)
WRONG_TOTAL = (0, 2012, ("persons", 7))  # district, year of a list whose total does not add up, by how much
CLAIM = "S1"  # the statement of the registers that the late district contradicts
NO_UNIT, NO_DISTRICT = 2012, 1  # year of a Tết list without its unit of money, district of a rice list that does not name it


@dataclasses.dataclass(frozen=True)
class File:
    """One file to be sent: its path, what makes its sheets, and whose hand writes it."""

    path: str
    make: str
    args: tuple
    hand: Hand


@functools.lru_cache(maxsize=1)
def files(province: Province) -> list[File]:
    """All files of the province, in a fixed order; those that take long come first."""
    names = [plain(n).lower().replace(" ", "_") for n in province.land.districts["name"]]
    treated = {province.land.district(n) for n in province.world.treated_districts}
    found = []
    for district, name in enumerate(names):
        found += _lists(district, name)
    for district, name in enumerate(names):
        rice = "danh_sach_nhan_gao" if district == NO_DISTRICT else name
        for path, make in ((f"dien/{name}", "electricity"), (f"giao_duc/{name}_nam_hoc", "education"), (f"gao/{rice}", "rice_recipients"),
                           (f"dia_chi_ho/{name}_2013", "household_plans"), (f"mo_hinh/ho_{name}", "model_households")):  # fmt: skip
            if make != "model_households" or district in treated:
                found.append(File(f"{path}.xlsx", make, (district,), _own(district, make)))
    return found + _provincial_files()


def _lists(district: int, name: str) -> list[File]:
    """What a district sends of cards and of the yearly review."""
    hand, ending = DISTRICTS[district], DISTRICTS[district].ending
    cards = _own(district, "cards")
    found = [File(f"the_bhyt/{name}_2013.{cards.ending}", "cards", (district,), cards),
             File(f"thanh_vien_ho/{name}_2012.{ending}", "persons", (district,), hand)]  # fmt: skip
    for year in REVIEWS:
        label = "lan_dau" if (district, year) == UNNAMED else year
        found.append(File(f"ra_soat_ho/{name}_{label}.{ending}", "households", (district, year), hand))
        if district not in WITH_FORMS:
            found.append(File(f"mau_3/{name}_{year}.xlsx", "forms", (district, year), _own(district, "forms")))
    return found


def _provincial_files() -> list[File]:
    """What the offices of the province send."""
    typed = dataclasses.replace(PROVINCE, numbers="text", days="text", numbered=False)
    thousands = dataclasses.replace(PROVINCE, thousands=True)
    unsaid = dataclasses.replace(thousands, unit_at="settings")
    yearly = [("qua_tet/tet", "tet_support", 2012, unsaid), ("qua_tet/tet", "tet_support", 2013, PROVINCE),
              *(("dao_tao_nghe/lop", "training", year, PROVINCE) for year in (2012, 2013)),
              *(("ngan_sach/kinh_phi", "budget_lines", year, thousands) for year in (2011, 2012, 2013)),
              ("xa_hoi_hoa/ung_ho", "contributions", 2012, dataclasses.replace(typed, ending="csv-utf8")),
              ("xa_hoi_hoa/ung_ho", "contributions", 2013, PROVINCE)]  # fmt: skip
    once = [("xa/tinh_hinh_xa", "communes", PROVINCE),
            ("lien_nganh/trao_doi", "agency_exchange", dataclasses.replace(typed, ending="csv-utf16")),
            ("khao_sat/kobo_export", "awareness_survey", dataclasses.replace(typed, ending="kobo")),
            ("gao/tiep_nhan_phan_bo_cap_phat", "rice_flow", PROVINCE), ("mo_hinh/danh_muc", "models", PROVINCE),
            ("mo_hinh/chi_phi", "model_costs", PROVINCE), ("kiem_tra/so_theo_doi", "inspections", PROVINCE),
            ("van_ban/so_van_ban", "documents", PROVINCE), ("ra_soat_chi/chi_cho_thon", "review_payments", PROVINCE)]  # fmt: skip
    return [File(f"{path}_{year}.{suffix(hand)}", make, (year,), hand) for path, make, year, hand in yearly] + [
        File(f"{path}.{suffix(hand)}", make, (), hand) for path, make, hand in once
    ]


def suffix(hand: Hand) -> str:
    """How the name of a file of this hand ends."""
    return hand.ending if hand.ending in ("xlsx", "parquet") else "csv"


def _own(district: int, make: str) -> Hand:
    """The hand of a district for lists other than those of its labour office."""
    hand = DISTRICTS[district]
    if make == "cards":
        return dataclasses.replace(hand, ending="parquet" if district == 0 else hand.ending, layout="column", totals="")
    hand = dataclasses.replace(hand, ending="xlsx", layout="sections" if hand.layout == "sections" else "column")
    if make in ("education", "household_plans", "model_households"):
        return dataclasses.replace(hand, year_at="title", district_at="title")
    return hand


def settings(province: Province) -> dict[str, dict]:
    """What a person has to say of files that do not say it themselves, by path."""
    names = [plain(n).lower().replace(" ", "_") for n in province.land.districts["name"]]
    code = province.land.districts["code"]
    return {
        f"ra_soat_ho/{names[UNNAMED[0]]}_lan_dau.xlsx": {"year": UNNAMED[1], "note": "Tệp không ghi năm; phòng báo qua điện thoại"},
        "gao/danh_sach_nhan_gao.xlsx": {"district": code[NO_DISTRICT], "note": "Tệp không ghi tên huyện"},
        f"qua_tet/tet_{NO_UNIT}.xlsx": {"unit": "1.000 đồng", "note": "Tệp không ghi đơn vị tiền"},
        "xa/tinh_hinh_xa.xlsx": {"received": dt.date(2014, 2, 3), "note": "Cục Thống kê gửi, không có chữ ký"},
    }


Sheets = list[tuple[Block, Hand]]


def _office(province: Province, district: int, hand: Hand, *lines: str) -> tuple[str, ...]:
    """Titles of a district office: who sends it, what it is, the unit of money."""
    place = province.land.districts.iloc[district]
    sender = f"{PEOPLE} {place['type'].lower()} {place['name']}" if hand.district_at == "title" else ""
    unit = "Đơn vị tính: 1.000 đồng" if hand.thousands and hand.unit_at == "title" else ""
    return tuple(_loud(t, hand) for t in (sender, LABOUR, "", *lines)) + (unit, "")


def _loud(text: str, hand: Hand) -> str:
    """Titles stand in capitals where the letters of the office have them."""
    return text if hand.code in FONTS else text.upper()


def _signed(province: Province, district: int, year: int) -> str:
    day = pd.Timestamp(oversight.signed_day(province, district, year))
    return f"{province.land.districts['name'][district]}, ngày {day.day:02} tháng {day.month:02} năm {day.year}"


def _year(hand: Hand, text: str, year: int) -> str:
    return f"{text} năm {year}" if hand.year_at == "title" else text


def _households(province: Province, district: int, year: int, hand: Hand) -> Sheets:
    if (district, year) == UNNAMED:
        hand = dataclasses.replace(hand, year_at="file")
    table = reviews.households(province, province.communes_of(district), year)
    titles = _office(province, district, hand, _year(hand, "Danh sách hộ gia đình qua rà soát", year))
    base = {"table": "households", "told": ("year", "district"), "signed": _signed(province, district, year)}
    if hand.layout == "sheets":
        found = [(block, hand) for block in _by_commune(province, table, titles, hand, base | {"told": ("year", "district", "commune")})]
    else:
        wrong = WRONG_TOTAL[2] if (district, year) == WRONG_TOTAL[:2] else None
        found = [(Block(rows=table, name="Danh sách hộ", titles=titles, wrong_total=wrong, note="Xếp theo xã và thôn", **base), hand)]
    return found + (_forms(province, district, year, hand) if district in WITH_FORMS else [])


def _by_commune(province: Province, table: pd.DataFrame, titles: tuple[str, ...], hand: Hand, base: dict) -> list[Block]:
    """A list with one sheet a commune."""
    kinds, found = province.land.communes.set_index("code"), []
    for code, rows in table.groupby("commune", sort=True):
        place = f"{kinds['type'][code]} {kinds['name'][code]}"
        above = (*titles[:-2], _loud(place, hand), *titles[-2:])
        found.append(Block(rows=rows.reset_index(drop=True), name=place, titles=above, **base))
    return found


def _forms(province: Province, district: int, year: int, hand: Hand) -> Sheets:
    found = []
    if (district, year) == UNNAMED:
        hand = dataclasses.replace(hand, year_at="file")
    for listed, words in (("poor", "hộ nghèo"), ("near_poor", "hộ cận nghèo")):
        table = reviews.review_summary(province, province.communes_of(district), year, listed)
        if listed == "poor" and (district, year) == ODD_RATES[:2]:
            table.loc[ODD_RATES[2], "closing_rate"] = round(table.loc[ODD_RATES[2], "closing_rate"] + ODD_RATES[3], 2)
        titles = _office(province, district, hand, "Mẫu số 3", _year(hand, f"Tổng hợp kết quả rà soát {words}", year))
        urban = set(province.land.communes["code"][province.land.communes["urban"]])
        areas = tuple("Khu vực thành thị" if c in urban else "Khu vực nông thôn" for c in table["commune"])
        block = Block("review_summary", table, f"Mẫu 3 {words}", titles, ("year", "list", "district"), _signed(province, district, year),
                      groups=areas if hand.layout == "sections" else ())  # fmt: skip
        found.append((block, hand))
    return found


def _persons(province: Province, district: int, hand: Hand) -> Sheets:
    table = reviews.persons(province, province.communes_of(district))
    titles = _office(province, district, hand, _year(hand, "Danh sách nhân khẩu", reviews.MEMBERS_OF))
    return [(Block("persons", table, "Nhân khẩu", titles, ("year", "district"), _signed(province, district, reviews.MEMBERS_OF)), hand)]


def _cards(province: Province, district: int, hand: Hand) -> Sheets:
    table = insured.make_cards(province).table
    table = table[province.land.communes["district"].to_numpy()[table["place"]] == district].reset_index(drop=True)
    if hand.plain_file:
        told = () if hand.ending == "parquet" else ("district",)
        return [(Block("cards", insured.cards(province, table), "Thẻ", _office(province, district, hand, "Danh sách thẻ bảo hiểm y tế"),
                       told), hand)]
    found = []
    words = {"labour": "Lao động", "ethnic": "Dân tộc", "health": "Y tế", "schools": "Trường học", "insurance": "BHXH"}
    for number, body in enumerate(insured.OFFICES):
        own = BODIES[body] or hand
        rows = insured.cards(province, table[table["office"] == number].reset_index(drop=True))
        titles = _office(province, district, dataclasses.replace(own, district_at=hand.district_at),
                         "Danh sách cấp thẻ bảo hiểm y tế năm 2013")
        found.append((Block("cards", rows, f"DS {words[body]}", titles, ("district", "year"), _signed(province, district, 2012)), own))
    return found


def _electricity(province: Province, district: int, hand: Hand) -> Sheets:
    found = []
    for year, quarter in support.QUARTERS:
        table = support.electricity(province, province.communes_of(district), year, quarter)
        titles = _office(province, district, hand, f"Danh sách hỗ trợ tiền điện thắp sáng năm {year}")
        found.append((Block("electricity", table, f"Q{quarter} {year}", titles, ("year", "district")), hand))
    return found


def _of_district(make: Callable, table: str, title: str, told: tuple[str, ...], note: str = "") -> Callable[..., Sheets]:
    """A list of one district on one sheet."""

    def made(province: Province, district: int, hand: Hand) -> Sheets:
        rows = make(province, province.communes_of(district))
        return [(Block(table, rows, "Danh sách", _office(province, district, hand, title), told, note=note), hand)]

    return made


def _rice_recipients(province: Province, district: int, hand: Hand) -> Sheets:
    if district == NO_DISTRICT:
        hand = dataclasses.replace(hand, district_at="file")
    rows = support.rice_recipients(province, support.make_rice(province), province.communes_of(district))
    return [(Block("rice_recipients", rows, "Nhận gạo", _office(province, district, hand, "Danh sách hộ nhận gạo"), ("district",)), hand)]


def _provincial(table: str, name: str, title: str, rows: pd.DataFrame, hand: Hand, told: tuple[str, ...] = ()) -> Sheets:
    unit = "Đơn vị tính: 1.000 đồng" if hand.thousands and hand.unit_at == "title" else ""
    return [(Block(table, rows, name, ("ỦY BAN NHÂN DÂN TỈNH HẠC LĨNH", title.upper(), unit), told), hand)]


def _rice_flow(province: Province, hand: Hand) -> Sheets:
    rows = support.rice_flow(province, support.make_rice(province))
    return _provincial("rice_flow", "Gạo", "Tiếp nhận, phân bổ và cấp phát gạo cứu đói", rows, hand)


def _each_review(make: Callable, table: str, title: str) -> Callable[..., Sheets]:
    """A workbook with one sheet a review."""

    def made(province: Province, hand: Hand) -> Sheets:
        return [sheet for year in REVIEWS for sheet in
                _provincial(table, f"Năm {year}", f"{title} năm {year}", make(province, year), hand, ("year",))]  # fmt: skip

    return made


def _yearly(make: Callable, table: str, title: str) -> Callable[..., Sheets]:
    def made(province: Province, year: int, hand: Hand) -> Sheets:
        rows = make(province, np.arange(len(province.land.communes)), year) if table in ("tet_support", "training") else make(province,
                                                                                                                              year)
        return _provincial(table, f"Năm {year}", f"{title} năm {year}", rows, hand, ("year",))

    return made


def _once(make: Callable, table: str, title: str) -> Callable[..., Sheets]:
    return lambda province, hand: _provincial(table, "Bảng", title, make(province), hand)


MAKERS: dict[str, Callable[..., Sheets]] = {
    "households": _households, "forms": _forms, "persons": _persons, "cards": _cards, "electricity": _electricity,
    "education": _of_district(support.education, "education", "Danh sách học sinh được hỗ trợ", ("district",)),
    "household_plans": _of_district(oversight.household_plans, "household_plans", "Phân công giúp đỡ hộ nghèo năm 2013",
                                    ("year", "district")),
    "model_households": _of_district(projects.model_households, "model_households", "Danh sách đăng ký tham gia mô hình", ("district",)),
    "rice_recipients": _rice_recipients, "rice_flow": _rice_flow,
    "communes": _each_review(reviews.communes, "communes", "Tình hình các xã"),
    "review_payments": _each_review(oversight.review_payments, "review_payments", "Chi kinh phí rà soát ở thôn"),
    "tet_support": _yearly(support.tet_support, "tet_support", "Danh sách tặng quà Tết"),
    "training": _yearly(projects.training, "training", "Danh sách học viên học nghề"),
    "budget_lines": _yearly(oversight.budget_lines, "budget_lines", "Kinh phí giảm nghèo"),
    "contributions": _yearly(oversight.contributions, "contributions", "Các khoản ủng hộ"),
    "agency_exchange": _once(oversight.agency_exchange, "agency_exchange", "Trao đổi danh sách"),
    "awareness_survey": _once(oversight.awareness_survey, "awareness_survey", "Khảo sát"),
    "models": _once(projects.models, "models", "Danh mục mô hình"),
    "model_costs": _once(projects.model_costs, "model_costs", "Chi phí mô hình"),
    "inspections": _once(oversight.inspections, "inspections", "Sổ theo dõi kiểm tra"),
    "documents": _once(oversight.documents, "documents", "Sổ văn bản"),
}  # fmt: skip
