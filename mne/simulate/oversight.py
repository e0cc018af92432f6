"""Money by channel, gifts, pay of reviewers, inspections, plans, the survey, exchanges between agencies and the register of documents."""

import numpy as np
import pandas as pd

from mne.simulate.panel import ABSENT, POOR, STATUS
from mne.simulate.people import ETHNIC, LAST_DAY
from mne.simulate.province import Province, frame
from mne.simulate.reviews import causes, words
from mne.simulate.support import SPONSORS, listed_homes
from mne.simulate.world import REVIEWS, YEARS

PROGRAMMES = {"models": 0.4, "infrastructure": 3.0, "capacity": 0.1, "card_support": 1.6, "electricity": 0.36, "education": 1.1,
              "training": 0.3, "other": 0.1}
STAGES = {"planned": 1.0, "allocated": 0.97, "released": 0.9,
          "spent": 0.82}  # shares of the plan (assumption); million VND a poor household above
DONORS = (("Công ty Xi măng Hạc Lĩnh", "enterprise"), ("Hội Phụ nữ tỉnh", "organisation"), ("Ông Hoàng Văn Thuận", "person"),
          ("Sở Xây dựng", "state_body"), ("Tổ chức Bàn tay xanh", "abroad"), ("Hợp tác xã Kim Uyên", "enterprise"),
          ("Đoàn Thanh niên tỉnh", "organisation"))  # fmt: skip
SUPPORTS = {"land": "land", "capital": "credit", "labour": "health", "illness": "health", "skills": "training", "jobs": "job",
            "idle": "none", "other": "housing"}
INSPECTORS = ("Ban Chỉ đạo giảm nghèo tỉnh", "Hội đồng nhân dân huyện", "Mặt trận Tổ quốc huyện")
EXCHANGES = (("labour", "health_insurance", "poor_list"), ("health_insurance", "labour", "card_list"),
             ("schools", "health_insurance", "pupil_list"),
             ("commune", "health_insurance", "deaths"), ("finance", "labour", "payments"))  # fmt: skip


def budget_lines(province: Province, year: int) -> pd.DataFrame:
    """Funds by programme, district, channel and stage; poorer districts get more, not quite in proportion."""
    draw, t, rows = province.draw(f"budget {year}"), YEARS.index(year) - 1, []
    place = province.panel.commune[:, t]
    poor = np.bincount(province.land.communes["district"].to_numpy()[place[(place != ABSENT) & (province.panel.status[:, t] == POOR)]],
                       minlength=len(province.land.districts))  # fmt: skip
    for number, district in enumerate(province.land.districts["code"]):
        for programme, each in PROGRAMMES.items():
            total = each * 1e6 * (poor[number] ** 0.8 * poor.mean() ** 0.2) * draw.uniform(0.9, 1.1)
            channel = "province" if programme in ("capacity", "training") else "central"
            for order, (stage, share) in enumerate(STAGES.items()):
                document = f"{300 + 40 * order + number}/QĐ-UBND" if stage in ("allocated", "released") else None
                rows.append({"year": year, "programme": programme, "district": district, "channel": channel, "stage": stage,
                             "amount": round(total * share * draw.uniform(0.95, 1.0), -5), "document": document,
                             "day": np.datetime64(f"{year}-01-20") + 75 * order + number})  # fmt: skip
    found = pd.DataFrame(rows)
    return frame("budget_lines", **{c: found[c].astype(object).where(found[c].notna(), None).to_numpy() for c in found})


def contributions(province: Province, year: int) -> pd.DataFrame:
    """Gifts of one year: cash, goods, labour."""
    draw, count = province.draw(f"contributions {year}"), 160
    donor, place = draw.integers(0, len(DONORS), count), np.sort(draw.integers(0, len(province.land.communes), count))
    form = draw.choice(["cash", "goods", "labour"], count, p=[0.6, 0.3, 0.1])
    return frame(
        "contributions", day=np.datetime64(f"{year}-01-03") + draw.integers(0, 350, count),
        donor=np.array([d for d, _ in DONORS], dtype=object)[donor],
        donor_kind=np.array([k for _, k in DONORS], dtype=object)[donor], **province.place(place), form=form,
        amount=1000.0 * np.round(np.exp(draw.normal(8.5, 1.2, count))).astype(int),
        purpose=np.array(["Làm nhà cho hộ nghèo", "Quà Tết", "Học bổng", "Con giống"], dtype=object)[draw.integers(0, 4, count)], year=year,
    )  # fmt: skip


def review_payments(province: Province, year: int) -> pd.DataFrame:
    """What each commune paid to the reviewers of its villages; most pay all of them, some none."""
    draw, world = province.draw(f"review payments {year}"), province.world
    villages = province.land.communes["villages"].to_numpy()
    chance, some = draw.random(len(villages)), draw.binomial(villages, 0.5)
    paid = np.where(chance < world.review_unpaid, 0, np.where(chance < world.review_unpaid + world.review_part, some, villages))
    day = np.datetime64(f"{year}-12-05") + draw.integers(0, 60, len(villages))
    return frame(
        "review_payments", year=year, **province.place(np.arange(len(villages))), villages=villages, villages_paid=paid,
        amount=1.0 * world.village_fee * paid, day=np.where(paid > 0, day, np.datetime64("NaT")),
    )  # fmt: skip


def inspections(province: Province) -> pd.DataFrame:
    """Inspections of three years; some findings stay open."""
    draw, count = province.draw("inspections"), 260
    place, day = draw.integers(0, len(province.land.communes), count), np.datetime64("2011-02-10") + np.sort(draw.integers(0, 1020, count))
    findings = draw.poisson(2.2, count)
    closed = draw.binomial(findings, 0.6)
    done = np.where((closed == findings) & (findings > 0), day + draw.integers(20, 160, count), np.datetime64("NaT"))
    return frame(
        "inspections", day=day, inspector=np.array(INSPECTORS, dtype=object)[place % len(INSPECTORS)],
        **province.place(place), subject=draw.choice(["cards", "rice", "review", "models", "budget", "other"], count), findings=findings,
        closed=closed, due=np.where(findings > 0, day + 90, np.datetime64("NaT")), closed_day=done,
    )  # fmt: skip


def household_plans(province: Province, communes: np.ndarray) -> pd.DataFrame:
    """Plans of 2013 for a third of the poor households; most fit the cause of their poverty."""
    rows = listed_homes(province, communes, 2012)
    rows = rows[rows * 7 % 3 == 0]
    cause, place = causes(province)[rows], province.panel.commune[rows, YEARS.index(2012)]
    fits = np.array([SUPPORTS[c] for c in cause], dtype=object)
    support = np.where(rows % 6 == 0, "housing", fits)
    sponsor = np.where((support == "none") | (rows % 8 == 0), None, np.array(SPONSORS, dtype=object)[rows % len(SPONSORS)])
    return frame(
        "household_plans", year=2013, **province.place(place), household=province.codes[rows], cause=cause, support=support,
        sponsor=sponsor, due=np.datetime64("2013-06-30") + (rows % 6 * 31).astype("timedelta64[D]"),
        delivered=(sponsor != None) & (rows % 5 < 2),  # noqa: E711 - by element
    )  # fmt: skip


def awareness_survey(province: Province) -> pd.DataFrame:
    """A sample of adults; those who are not Kinh know their rights less often."""
    draw, t = province.draw("survey"), YEARS.index(2012)
    persons = province.people.persons
    household, age = persons["household"].to_numpy(), (LAST_DAY - persons["born"].to_numpy().astype("datetime64[D]")).astype(int) // 365
    able = np.flatnonzero((age >= 18) & (age < 80) & (province.panel.commune[household, t] != ABSENT))
    rows = np.sort(draw.choice(able, min(len(able), max(300, round(9_000 * province.size))), replace=False))
    own, chance = household[rows], draw.random((4, len(rows)))
    kinh = province.people.households["ethnicity"].to_numpy()[own] == ETHNIC.index("kinh")
    card, knows = chance[0] < 0.9, chance[1] < np.where(kinh, 0.62, 0.41)
    person = province.person(rows)
    return frame(
        "awareness_survey", submission=np.array([f"{province.seed % 1000:03}{n + 1:06}" for n in range(len(rows))], dtype=object),
        day=np.datetime64("2013-05-06") + rows % 40, **province.place(province.panel.commune[own, t]), sex=person["sex"], age=age[rows],
        ethnicity=person["ethnicity"], status=words(STATUS, province.panel.status[own, t]), has_card=card, knows_rights=knows,
        knows_where=knows | (card & (chance[2] < 0.3)), used_card=card & (chance[3] < 0.55),
        language=np.where(kinh, "vietnamese",
                          np.where(person["ethnicity"] == "dao", "dao", np.where(rows % 3 == 0, "vietnamese", "tay_nung"))),
    )  # fmt: skip


def agency_exchange(province: Province) -> pd.DataFrame:
    """Lists sent between agencies by quarter; the late district is slow here as well."""
    draw, rows = province.draw("exchange"), []
    for number, district in enumerate(province.land.districts["code"]):
        late = province.land.districts["name"][number] == province.world.late_district
        for quarter in range(8):
            for sender, receiver, subject in EXCHANGES:
                records = int(draw.integers(40, 4000) * max(province.size, 0.02)) + 5
                sent = np.datetime64("2012-01-08") + 91 * quarter + int(draw.integers(0, 20))
                rows.append({"sent": sent, "received": sent + int(draw.integers(1, 9)) + 40 * late, "sender": sender, "receiver": receiver,
                             "subject": subject,
                             "district": district, "records": records,
                             "matched": int(draw.binomial(records, 0.78 if late else 0.9))})  # fmt: skip
    found = pd.DataFrame(rows)
    return frame("agency_exchange", **{c: found[c].to_numpy() for c in found})


def documents(province: Province) -> pd.DataFrame:
    """Targets with their revision, and the yearly report of each district with its due day."""
    rows = [{"number": "15/NQ-HĐND", "kind": "regulation", "issued": "2010-12-10", "issuer": "Hội đồng nhân dân tỉnh",
             "subject": "Mục tiêu giảm nghèo 2011-2015",
             "period": "2011-2015", "target": "Giảm tỷ lệ hộ nghèo bình quân mỗi năm", "value": 3.5, "unit": "%"},
            {"number": "27/NQ-HĐND", "kind": "regulation", "issued": "2012-12-07", "issuer": "Hội đồng nhân dân tỉnh",
             "subject": "Điều chỉnh mục tiêu giảm nghèo",
             "period": "2013-2015", "target": "Giảm tỷ lệ hộ nghèo bình quân mỗi năm", "value": 2.5, "unit": "%"},
            {"number": "08/CT-UBND", "kind": "letter", "issued": "2013-07-12", "issuer": "Ủy ban nhân dân tỉnh",
             "subject": "Rà soát thẻ bảo hiểm y tế cấp trùng",
             "due": "2013-10-31"}]  # fmt: skip
    for year in REVIEWS:
        for number, district in enumerate(province.land.districts.itertuples()):
            sent = signed_day(province, number, year)
            rows.append({"number": f"{20 + number}/BC-UBND", "kind": "report", "issued": str(sent),
                         "issuer": f"Ủy ban nhân dân {district.type.lower()} {district.name}",
                         "subject": "Kết quả rà soát hộ nghèo, hộ cận nghèo", "period": str(year), "due": f"{year + 1}-01-20",
                         "sent": str(sent + 2),
                         "district": district.code})  # fmt: skip
    found = pd.DataFrame(rows)
    return frame("documents", **{c: found[c].astype(object).where(found[c].notna(), None).to_numpy() for c in found})


def signed_day(province: Province, district: int, year: int) -> np.datetime64:
    """Day on which a district signed its forms of a review; one district is late every year."""
    late = province.land.districts["name"][district] == province.world.late_district
    return np.datetime64(f"{year + 1}-01-06") + (district * 5 + year) % 11 + (96 + year % 7 if late else 0)
