"""What an identity keeps in Cognito Sync: datasets of records, which its devices synchronise. # cs:guide"""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.persistent import Map


@dataclass(frozen=True, slots=True)
class SyncRecord:
    """One record; `value` is None once it was removed, which devices that were away have to learn. Instants are in
    seconds, `device_modified` is the device's own word."""

    key: str
    value: str | None
    sync_count: int
    modified: float = 0.0
    modified_by: str = ""
    device_modified: float = 0.0

    @property
    def size(self) -> int:
        """Bytes of key and value; a removed record takes none."""
        return 0 if self.value is None else len(self.key.encode()) + len(self.value.encode())


@dataclass(frozen=True, slots=True)
class SyncDataset:
    """A dataset of an identity. `sync_count` grows with each update; one that was deleted keeps its count, so that a
    device that was away is told."""

    pool_id: str
    identity_id: str
    name: str
    records: Map[str, SyncRecord] = field(default_factory=Map)
    sync_count: int = 0
    created: float = 0.0
    modified: float = 0.0
    modified_by: str = ""
    deleted: bool = False

    @property
    def live(self) -> tuple[SyncRecord, ...]:
        """The records that are there."""
        return tuple(record for record in self.records.values() if record.value is not None)

    @property
    def size(self) -> int:
        """Bytes of all records."""
        return sum(record.size for record in self.live)
