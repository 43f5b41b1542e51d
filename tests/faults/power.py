# SPDX-License-Identifier: Apache-2.0
"""A disk whose power can be cut. A file system of its own in a file, told by the kernel's own switch for this (which file
system developers test crashes with) to stop where it is: what was not written out is gone, as when the plug is pulled."""

import fcntl
import os
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN, linux/fs.h
_WITHOUT_WRITING = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: not even the file system's own journal
_MOUNT = "loop,commit=300"  # only what programs ask for is written out soon
_QUIET_SECONDS_MAX = 30


class Disk:
    """`path` is the disk's root."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.image, self.path = folder / "disk.img", folder / "disk"
        self.path.mkdir()
        with self.image.open("wb") as file:
            file.truncate(megabytes << 20)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(self.image))
        self._mount()

    def settle(self) -> None:
        """Writes everything out, as a kernel left alone does within half a minute."""
        os.sync()

    def fill(self) -> Path:
        """Leaves no room; the file that takes it."""
        filler = self.path / "filler"
        with filler.open("wb") as file, suppress(OSError):
            while True:
                file.write(b"\0" * (1 << 16))
                file.flush()
        with filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 512)
        os.sync()
        return filler

    def cut(self) -> None:
        """The power goes. Whoever has a file open here dies, and what nobody had made sure of is gone. Then it comes back, and
        the file system mends itself as it would at the next start."""
        directory = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(directory, _SHUTDOWN, struct.pack("I", _WITHOUT_WRITING))
        finally:
            os.close(directory)
        self.release()
        self._mount()

    def release(self) -> None:
        """Ends whoever holds the disk, and takes it out."""
        deadline = time.monotonic() + _QUIET_SECONDS_MAX
        while subprocess.run(["umount", str(self.path)], capture_output=True, check=False).returncode:
            assert time.monotonic() < deadline, "somebody holds the disk"
            for pid in _holders(self.path):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)

    def _mount(self) -> None:
        _run("mount", "-o", _MOUNT, str(self.image), str(self.path))
        self.path.chmod(0o755)


@contextmanager
def disk_with_power(megabytes: int) -> Iterator[Disk]:
    """A disk, gone afterwards. Skips the test where a file system may not be mounted: it takes root and a loop device."""
    if os.geteuid() != 0:
        pytest.skip("cutting a disk's power takes root")
    with tempfile.TemporaryDirectory(prefix="doseline-disk-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        try:
            disk = Disk(Path(folder), megabytes)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no file system can be mounted here: {error.stderr.strip()}")
        try:
            yield disk
        finally:
            disk.release()


def _holders(path: Path) -> list[int]:
    """Processes that have something under `path` open, as their place, or as their program."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            links = [process / "cwd", *(process / "fd").iterdir()]
            mapped = str(path) + "/" in (process / "maps").read_text()
            if mapped or any(os.readlink(link).startswith(f"{path}/") for link in links):
                found.append(int(process.name))
    return found


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
