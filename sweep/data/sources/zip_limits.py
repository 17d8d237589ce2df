"""What a zip file says of its members, held against what may be unpacked of it: .zip of images and .npz alike."""

from __future__ import annotations

import zipfile
from pathlib import Path

from sweep.data.sources.tar_stream import too_large
from sweep.errors import DataError


def require_fair(path: Path, members: zipfile.ZipFile, max_unpacked: int) -> None:
    """Raises DataError where the members claim to be more than `max_unpacked` bytes together, or are compressed in a
    way of which Python unpacks more than a member claims: only of stored and deflated ones it takes no byte more."""
    for member in members.infolist():
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(f"{path}: the member {member.filename!r} is not compressed by deflate; pack it anew")
    if sum(member.file_size for member in members.infolist()) > max_unpacked:
        raise too_large(path, max_unpacked)
