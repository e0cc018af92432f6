"""Files are written whole or not at all."""

import os
import tempfile
from pathlib import Path

from mne.errors import InputError


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all, making its folder; returns its path.

    Raises
    ------
    InputError
        "folder_is_file" or "folder_closed".
    """
    staged = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staged = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(staged, 0o644)  # a temporary file is for its owner alone; a workbook is for all
        os.replace(staged, path)
    except (FileExistsError, NotADirectoryError):
        raise InputError("folder_is_file", where=str(path.parent)) from None
    except OSError as error:
        raise InputError("folder_closed", where=str(path.parent), found=error.errno) from None
    finally:
        if staged:
            Path(staged).unlink(missing_ok=True)
    return path
