"""Lists the files of landing, with the members of each archive in place of the archive.

A new or changed archive is opened. The members of an unchanged archive are taken from the manifest.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.common.errors import DamagedFileError
from pipelines.contract.settings.settings import Settings
from pipelines.ingest.findings import finding_of
from pipelines.reading.archives.archives import MemberFile, RefusedFile, found_members
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.landing import MEMBER, LandedFile, checksum_of, current_stamp, is_archive
from pipelines.reading.sources.mapping import fits_any
from pipelines.store.manifest import Archive, ArchiveMember

Archives = Mapping[str, Archive]
# `reasons.py` has the words for users.
_SAME_PATH = "The archive has a member whose path equals that of a landed file."


@dataclass
class Landed:
    """The files of landing, sorted by path.

    Attributes:
        files: regular files, and members of archives.
        refused: archives and members whose records do not count.
        refused_before: archives that an earlier run refused and that did not change.
        archives: the members of each archive that is not refused, by path.
        changing: archives that changed while they were listed, which are left to the next run.
    """

    files: list[LandedFile] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)
    refused_before: list[LandedFile] = field(default_factory=list)
    archives: dict[str, Archive] = field(default_factory=dict)
    changing: list[str] = field(default_factory=list)

    @property
    def paths(self) -> set[str]:
        """The paths of all files, refused and changing ones included."""
        return {file.path for file in (*self.files, *self.refused, *self.refused_before)}.union(self.changing)


def landed_files(
    scanned: Iterable[LandedFile],
    known: Archives,
    settings: Settings,
    is_refused: Callable[[LandedFile], bool] = lambda file: False,
) -> Landed:
    """Return the scanned files, with the members of archives in place of the archives.

    Archives that the setting `ignore` matches are kept as files.

    Args:
        known: the archives of the last run with their members, by path.
        is_refused: returns whether an archive was refused, did not change, and need not be opened again.
    """
    landed = Landed()
    files = list(scanned)
    paths = {file.path for file in files}
    for file in files:
        if not is_archive(file.path) or fits_any(file.path, settings.ignore):
            landed.files.append(file)
            continue
        archive = known.get(file.path)
        if archive is None or archive.stamp != file.stamp:
            if is_refused(file):
                landed.refused_before.append(file)
                continue
            archive = _archive_members(file, settings, landed)
        if archive and any(member.path in paths for member in members_of(file, archive)):
            # Without a checksum, every run tries again, as the other file may have been removed.
            landed.refused.append(RefusedFile(file.path, file.full, file.bytes, file.stamp, "", _SAME_PATH))
        elif archive:
            landed.archives[file.path] = archive
            for member in members_of(file, archive):
                if isinstance(member, RefusedFile):
                    landed.refused.append(member)
                else:
                    landed.files.append(member)
    landed.files.sort(key=lambda file: file.path)
    return landed


def known_files(scanned: Iterable[LandedFile], known: Archives) -> Iterator[LandedFile]:
    """Yield the scanned files, with members in place of unchanged archives. All other archives are yielded as files."""
    for file in scanned:
        archive = known.get(file.path)
        if archive and archive.stamp == file.stamp:
            yield from members_of(file, archive)
        else:
            yield file


def members_of(file: LandedFile, archive: Archive) -> Iterator[LandedFile]:
    """Yield the members of an archive as files, refused members as `RefusedFile`."""
    for member in archive.members:
        path, size = f"{file.path}{MEMBER}{member.path}", member.bytes
        if member.finding:
            yield RefusedFile(path, file.full, size, file.stamp, member.sha256, member.finding)
        else:
            yield MemberFile(
                path, file.full, size, file.stamp, file.path, file.bytes, member.place, member.sha256
            )  # fmt: skip


def scan_archive(file: LandedFile, settings: Settings) -> Archive:
    """List the members of an archive. Each member that is not refused is read to its end, which verifies it.

    Raises:
        DamagedFileError: the archive is refused as a whole.
        OSError: the archive cannot be read.
    """
    limits = UnpackLimits(settings.max_unpack_ratio, settings.max_unpacked_gb * 10**9)
    found = found_members(file, limits)
    members = (ArchiveMember(one.name, one.bytes, one.place, one.sha256, one.finding) for one in found)
    return Archive(file.stamp, tuple(members))


def _archive_members(file: LandedFile, settings: Settings, landed: Landed) -> Archive | None:
    """Return the members of an archive. If it is refused or changed meanwhile, add it to `landed` and return None."""
    archive, finding = None, ""
    try:
        archive = scan_archive(file, settings)
    except (OSError, DamagedFileError) as error:
        finding = finding_of(error)
    if current_stamp(file) != file.stamp:
        landed.changing.append(file.path)
        return None
    if not archive:
        landed.refused.append(RefusedFile(file.path, file.full, file.bytes, file.stamp, checksum_of(file), finding))
    return archive
