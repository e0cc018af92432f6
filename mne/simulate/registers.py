"""The registers of the fictional edition: offices, statements with one that the data contradict, targets with a revision."""

import hashlib
from pathlib import Path

import yaml

from mne.text import texts

OPENING = "Biên bản hội nghị sơ kết (số liệu mô phỏng, không nói về một tỉnh có thật).\n"


def write_registers(folder: Path) -> None:
    """Write the five registers and the invented minutes that the statements are quoted from.

    Parameters
    ----------
    folder : Path
        Gets ``offices.yml``, ``register.yml``, ``requests.yml``, ``targets.yml``, ``sources.yml`` and ``minutes.txt``.
    """
    registers = texts("mne.simulate", "registers.yml")
    minutes, statements = OPENING, []
    for statement in registers["register"]:
        minutes += "Hội nghị ghi nhận: "
        start = len(minutes)
        minutes += statement["quote"]
        statements.append(statement | {"span": [start, len(minutes)]})
        minutes += ".\n"
    (folder / "minutes.txt").write_text(minutes, "utf-8")
    digest = hashlib.sha256(minutes.encode()).hexdigest()
    tables = registers | {"register": statements, "sources": [source | {"sha256": digest} for source in registers["sources"]]}
    for name, rows in tables.items():
        heading = "# Số liệu mô phỏng / synthetic: mne.simulate\n"
        (folder / f"{name}.yml").write_text(heading + yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=140), "utf-8")
