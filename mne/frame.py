"""Where and when an edition looks: its areas and its years."""

from mne.errors import InputError

POOR_RATE = "survey_poor_rate"


class Frame:
    """The coordinates of an edition: its areas and its years, worked out from settings and data."""

    def __init__(self, review):
        edition = review.edition
        chain = edition.places.chain(edition.area)
        self.area, self.region, self.country = chain[0], chain[1], chain[-1]
        self.provinces = edition.places.codes("province")
        self.districts = edition.districts
        self.baseline, self.end = edition.programme.baseline, edition.programme.end
        known = review.published[lambda d: (d["indicator"] == POOR_RATE) & (d["area"] == self.area) & d["value"].notna()]
        years = sorted(int(p) for p in known["period"])
        self.before = [y for y in years if edition.peers and edition.peers.level_from <= y <= self.baseline]
        self.since = [y for y in years if self.baseline <= y <= edition.cutoff.year]
        self.later = [y for y in years if y > edition.cutoff.year]
        self.latest = self.since[-1] if self.since else edition.intake.last_year if edition.intake else self.baseline
        self.expected = range(self.baseline, edition.cutoff.year + 1)
        self.event_period = f"{edition.programme.meeting.year}-H1"
        if edition.peers and (self.baseline not in self.since or len(self.since) < 2):
            raise InputError("base_missing", where=edition.shown, found=edition.data, key=POOR_RATE,
                             area=edition.places[self.area].name_vi, period=str(self.baseline))  # fmt: skip

    @property
    def span(self) -> str:
        return f"{self.baseline}-{self.latest}"
