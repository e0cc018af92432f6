"""The places of the fictional province: districts, communes, villages, which communes border which."""

import dataclasses
import functools

import numpy as np
import pandas as pd

from mne.simulate.world import World, stream
from mne.text import texts

SOURCE = "mne.simulate (synthetic)"
PLACE_COLUMNS = ["code", "level", "name_vi", "name_en", "type_vi", "parent", "column", "row", "valid_from", "valid_to", "source"]
TYPES = {"wards": "Phường", "towns": "Thị trấn", "communes": "Xã"}
BLOCK = (6, 5)  # tiles of communes within the tile of their district: columns, rows
REGIONS = (76, 59, 91)  # communes of regions I, II, III: shape of Decision 447/QĐ-UBDT for the real province
MINORITY = {"nung": 43, "tay": 36, "kinh": 16.5, "dao": 3.5, "hoa": 0.4, "san_chay": 0.4,
            "hmong": 0.2}  # assumption: order of the census of 2009


@dataclasses.dataclass(frozen=True)
class Land:
    """Where people live.

    Attributes
    ----------
    districts : DataFrame, index 0.., columns code, name, type, column, row
    communes : DataFrame, index 0.. (the number used everywhere else), columns code, name, type (Xã, Thị
        trấn, Phường), district (index), serial (3 digits of household codes), column, row, urban,
        weight (share of households), villages, need (latent poverty of the place), region (1-3)
    villages : list of lists of names, by commune
    """

    districts: pd.DataFrame
    communes: pd.DataFrame
    villages: list[list[str]]

    def commune(self, district: str, name: str) -> int:
        """Number of the xã of that name in a district."""
        found = self.communes[(self.communes["name"] == name) & (self.communes["type"] == "Xã")]
        return int(found.index[found["district"] == self.district(district)][0])

    def district(self, name: str) -> int:
        """Number of the district of that name."""
        return int(self.districts.index[self.districts["name"] == name][0])

    @functools.cached_property
    def borders(self) -> np.ndarray:
        """Square matrix of booleans: the two communes share an edge of their tiles."""
        column, row = (self.communes[c].to_numpy() for c in ("column", "row"))
        return np.abs(column[:, None] - column) + np.abs(row[:, None] - row) == 1


@functools.cache
def listed_places() -> dict:
    """The invented names and codes, as they stand in ``places.yml``."""
    return texts("mne.simulate", "places.yml")


def make_land(world: World, seed: int) -> Land:
    """The places, with what differs by seed: sizes of communes, their need, their region."""
    draw = stream(seed, "land")
    districts, communes = [], []
    for number, entry in enumerate(listed_places()["districts"]):
        code = f"{listed_places()['province']['code']}{number + 1:02}"
        column, row = entry["tile"]
        districts.append({"code": code, "name": entry["name"], "type": entry["type"], "column": column, "row": row})
        named = [(kind, name) for key, kind in TYPES.items() for name in entry.get(key, [])]
        for place, (kind, name) in enumerate(named):
            communes.append({
                "code": f"{code}{place + 1:02}", "name": name, "type": kind, "district": number,
                "column": BLOCK[0] * (column - 1) + 1 + place % BLOCK[0], "row": BLOCK[1] * (row - 1) + 1 + place // BLOCK[0],
            })  # fmt: skip
    districts, communes = pd.DataFrame(districts), pd.DataFrame(communes)
    communes["serial"] = [f"{n + 1:03}" for n in range(len(communes))]
    communes["urban"] = communes["type"] != "Xã"
    return _described(Land(districts, communes, []), world, draw)


def _described(land: Land, world: World, draw: np.random.Generator) -> Land:
    """Sizes, need and region of communes; the poorest are region III."""
    communes = land.communes.copy()
    urban = communes["urban"].to_numpy()
    weight = np.exp(draw.normal(0, 0.4, len(communes))) * np.where(urban, 1.8, 1.0)
    weight[land.commune(*world.bunching_commune)] = world.bunching_weight
    district = draw.normal(0, world.sd_district, len(land.districts))
    need = draw.normal(0, world.sd_commune, len(communes)) - 0.5 * urban + district[communes["district"]]
    # Places whose planted fault must not disturb the comparison of models are ordinary ones.
    need[land.commune(*world.bunching_commune)] = 0.1
    order = np.argsort(np.argsort(need - 9 * urban + draw.normal(0, 0.1, len(communes))))  # towns are never region III
    communes["region"] = np.where(order < REGIONS[0], 1, np.where(order < sum(REGIONS[:2]), 2, 3))
    communes["weight"], communes["need"] = weight / weight.sum(), need
    communes["villages"] = np.clip(np.round(weight * 9), 4, 14).astype(int)
    return Land(land.districts, communes, _villages(communes, draw))


def _villages(communes: pd.DataFrame, draw: np.random.Generator) -> list[list[str]]:
    words = texts("mne.simulate", "names.yml")["village"]
    pairs = [f"{a} {b}" for a in words["first"] for b in words["second"]]
    named = []
    for urban, number in zip(communes["urban"], communes["villages"], strict=True):
        if urban:
            named.append([f"{words['urban']} {n + 1}" for n in range(number)])
        else:
            prefix = words["prefix"][draw.integers(len(words["prefix"]))]
            named.append([f"{prefix} {pairs[n]}" for n in draw.choice(len(pairs), number, replace=False)])
    return named


def places_table(land: Land) -> pd.DataFrame:
    """The gazetteer of the edition, as ``places.csv`` holds it."""
    top = listed_places()
    rows = [(top["country"], "country", "", ""), (top["region"], "region", "Vùng", top["country"]["code"]),
            (top["province"], "province", "Tỉnh", top["region"]["code"])]  # fmt: skip
    found = [{"code": p["code"], "level": level, "name_vi": p["vi"], "name_en": p["en"], "type_vi": kind, "parent": parent}
             for p, level, kind, parent in rows]  # fmt: skip
    for level, table in (("district", land.districts), ("commune", land.communes)):
        for row in table.itertuples():
            parent = top["province"]["code"] if level == "district" else land.districts["code"][row.district]
            found.append({"code": row.code, "level": level, "name_vi": row.name, "name_en": row.name, "type_vi": row.type,
                          "parent": parent, "column": row.column, "row": row.row})  # fmt: skip
    table = pd.DataFrame(found).assign(valid_from="", valid_to="", source=SOURCE)
    table[["column", "row"]] = table[["column", "row"]].astype("Int64")
    return table[PLACE_COLUMNS]


def neighbours_table(land: Land) -> pd.DataFrame:
    """Communes that share a border, each pair once, as ``neighbours.csv`` holds them."""
    one, other = np.nonzero(np.triu(land.borders))
    codes = land.communes["code"].to_numpy()
    return pd.DataFrame({"commune": codes[one], "neighbour": codes[other], "source": SOURCE})
