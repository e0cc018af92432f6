"""What an indicator needs to know beside the tables: years, lines, legal rates."""

import dataclasses
import datetime as dt
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Setting:
    """The coordinates of a programme, as an edition states them.

    Attributes
    ----------
    first_year, last_year : first and last yearly review.
    base_year : year before the programme starts.
    cutoff : last day of what may be used.
    lines : poverty lines by area ("rural", "urban"), VND per person and month.
    electricity : (from day, VND per household and month), in order of days.
    premium : (from day, VND per card and month) of supported health-insurance cards, in order of days.
    deflator : price index by year; years without one are taken as 1.
    """

    first_year: int
    last_year: int
    base_year: int
    cutoff: dt.date
    lines: Mapping[str, float]
    electricity: tuple[tuple[dt.date, float], ...] = ()
    premium: tuple[tuple[dt.date, float], ...] = ()
    deflator: Mapping[int, float] = dataclasses.field(default_factory=dict)
