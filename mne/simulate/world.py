"""Every number the fictional province is made from, with where it comes from.

"Assumption" marks a value that nobody measured; the answers it leads to are in the key, so that
estimates can be held against it, and say nothing about a real province.
"""

import dataclasses
import zlib

import numpy as np

REVIEWS = (2009, 2010, 2011, 2012, 2013)  # years of review that are published
YEARS = (2008, *REVIEWS)  # the first one only gives the opening lists of 2009


@dataclasses.dataclass(frozen=True)
class World:
    """Parameters of the province at size 1; shares are of 1, money is VND, effects are on log income.

    Attributes
    ----------
    households, cards, rice_kg : scale with ``size``; order of magnitude of a northern upland province
        (about 190,000 households, 671,000 cards with their duplicates, 320 t of relief rice).
    line, near_line : upper bounds of poor and near poor by area, VND per person and month
        (Decision 09/2011/QĐ-TTg). One line holds in all years: no break of the series is planted.
    poor_rate, fall : share of households on the list of 2009 and its yearly fall, before effects of models.
    sd_* : standard deviations of log income: household, commune, district, their yearly shocks, the
        household's passing part and the error of the review (assumption; together about 0.8).
    household_memory, district_memory : AR(1) coefficients of the passing parts (assumption).
    misjudged : share of households within ``near_the_line`` of a line that are put on the other side of it.
    moved, split, gone : yearly shares of households that move within the province, split off, or leave (assumption).
    treated_districts : names of the districts with models; the first two have an effect, the others none.
    rollout : communes of a treated district first treated in each year.
    poorer_first, rise_first : how strongly the choice of communes follows the poor rate observed in 2010 and its
        rise in that year; much of a rise passes, so the chosen communes recover by themselves (regression to the mean).
    effect, participant_effect : effect on log income of every household of a treated commune, and on top of it of
        the participants, by years since the start.
    spill_district, spill : untreated communes of this district that border a treated one lose this much.
    participants : share of poor and near-poor households that apply, and of applicants that are selected.
    second_card, third_card : share of card holders with a second card, of these with a third (intake note 1.1).
    second_errors : chance of each error on a second card; first cards have ``first_errors`` of it (intake note 1.1).
    cannot_tell : share of pairs of cards about which officers cannot decide (assumption).
    year_only, printed_first : share of those over 35 with only a year of birth; of these, printed as 1 January.
    twins : share of persons that are twins. namesakes : planted pairs of different persons of one name, birth
        year and commune, per 1,000 cards.
    rice_norm : kg per person-turn (Decree 67/2007/NĐ-CP). rice_lost_kg : what one district did not deliver.
    rice_excluded, rice_included : share of the hunger list that got nothing; of recipients not on the list.
    faulty : share of written rows that cannot be accepted. electricity, tet_gift : VND per month, per gift.
    village_fee : VND to the reviewer of a village. review_unpaid, review_part : share of communes and years in which no
        village, and only some of them, are paid (assumption).
    """

    households: int = 190_000
    cards: int = 700_000
    rice_kg: int = 320_000
    line: tuple[int, int] = (400_000, 500_000)  # rural, urban
    near_line: tuple[int, int] = (520_000, 650_000)
    poor_rate: float = 0.27
    fall: float = 0.024
    sd_household: float = 0.62
    sd_commune: float = 0.30
    sd_district: float = 0.18
    sd_commune_year: float = 0.13
    sd_district_year: float = 0.06
    sd_passing: float = 0.24
    sd_error: float = 0.07
    household_memory: float = 0.7
    district_memory: float = 0.6
    misjudged: float = 0.04
    near_the_line: float = 0.15
    moved: float = 0.003
    split: float = 0.005
    gone: float = 0.003
    treated_districts: tuple[str, str, str, str] = ("Phia Luông", "Thượng Đàm", "Hạnh Duệ", "Nậm Khoang")
    rollout: tuple[tuple[int, int], ...] = ((2011, 5), (2012, 5), (2013, 3))
    poorer_first: float = 1.5
    rise_first: float = 1.0
    effect: tuple[float, ...] = (0.10, 0.20, 0.25)
    participant_effect: tuple[float, ...] = (0.08, 0.20, 0.25)
    spill_district: str = "Phia Luông"
    spill: float = -0.20
    participants: tuple[float, float] = (0.4, 0.6)
    second_card: float = 0.06
    third_card: float = 0.12
    first_errors: float = 0.25
    second_errors: tuple[tuple[str, float], ...] = (
        ("given", 0.05), ("family", 0.015), ("middle", 0.04), ("no_middle", 0.03), ("day_month", 0.02), ("year", 0.04),
        ("no_day", 0.18), ("no_date", 0.02), ("no_sex", 0.03), ("sex", 0.008), ("commune", 0.05), ("village", 0.04),
        ("no_village", 0.05))  # fmt: skip
    cannot_tell: float = 0.01
    year_only: float = 0.45
    printed_first: float = 0.5
    twins: float = 0.008
    namesakes: float = 2.0
    rice_norm: int = 15
    rice_lost_kg: int = 6_000
    rice_excluded: float = 0.06
    rice_included: float = 0.09
    faulty: float = 0.003
    electricity: int = 30_000
    tet_gift: int = 500_000
    village_fee: int = 200_000
    review_unpaid: float = 0.12
    review_part: float = 0.18
    late_district: str = "Kéo Tấu"
    lossy_district: str = "Cốc Mảng"
    copied_commune: tuple[str, str, int] = ("Lộc Trạch", "Nậm Rọ", 2012)  # district, commune, year that repeats the one before
    bunching_commune: tuple[str, str] = ("Trúc Lĩnh", "Mạy Luông")
    bunching: float = 0.6  # share of the incomes up to a quarter above the line that are written just below it
    bunching_weight: float = 3.0  # the commune is this much larger than others, so that it shows in small editions
    unreported: tuple[str, str, int] = ("Khau Vài", "Tát Tả", 2011)  # a commune whose forms never came


def stream(seed: int, topic: str) -> np.random.Generator:
    """Random numbers of one topic: what is drawn for one does not move another."""
    return np.random.default_rng([seed, zlib.crc32(topic.encode())])
