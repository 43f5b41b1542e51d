# SPDX-License-Identifier: Apache-2.0
"""PDFs of strangers, opened in a process of their own with little memory and time: what makes the decoder grow, hang or abort ends
that process and nothing else."""

import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2

_MEMORY_MAX = 2 * 1024**3
_PAGE_SECONDS_MAX = 15
_SIDE_MAX = 5_000.0  # points; a page said to be larger than a door is none


class PdfError(Exception):
    """Why a PDF, or a page of it, is not read: `code` is pdf_broken, pdf_locked, page_broken or picture_too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pdf:
    """An opened PDF; to be closed. Starting its process takes a third of a second, a page some 50 ms."""

    def __init__(self, content: bytes) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="doseline-pdf-")  # noqa: SIM115 - open as long as we are
        self._file.write(content)
        self._file.flush()
        self._process = self._start()
        try:
            self.count: int = self._ask(_count, "pdf_broken")
        except PdfError:
            self.close()
            raise

    def page(self, number: int, side: int) -> npt.NDArray[np.uint8]:
        """A page in grey, its longer side `side` pixels. Raises PdfError; the next page can be asked for all the same."""
        page: npt.NDArray[np.uint8] = self._ask(_render, "page_broken", number, side)
        return page

    def close(self) -> None:
        """Ends the process and forgets the file."""
        self._kill()
        self._file.close()

    def __enter__(self) -> "Pdf":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, what: Any, otherwise: str, *inputs: int) -> Any:
        try:
            found = self._process.submit(what, self._file.name, *inputs).result(timeout=_PAGE_SECONDS_MAX)
        except (BrokenProcessPool, TimeoutError, MemoryError):
            self._kill()
            self._process = self._start()
            raise PdfError(otherwise) from None
        if isinstance(found, str):
            raise PdfError(found)
        return found

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, get_context("spawn"), _limit)

    def _kill(self) -> None:
        for process in list((self._process._processes or {}).values()):
            process.kill()
        self._process.shutdown(wait=True, cancel_futures=True)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _count(path: str) -> int | str:
    try:
        with pypdfium2.PdfDocument(Path(path)) as pdf:
            return len(pdf)
    except pypdfium2.PdfiumError as error:
        return "pdf_locked" if "password" in str(error).lower() else "pdf_broken"


def _render(path: str, number: int, side: int) -> npt.NDArray[np.uint8] | str:
    try:
        with pypdfium2.PdfDocument(Path(path)) as pdf:
            page = pdf[number]
            width, height = page.get_size()
            if not 0 < max(width, height) <= _SIDE_MAX:
                return "picture_too_large"
            bitmap = page.render(scale=side / max(width, height), grayscale=True)
            return np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, bitmap.width, -1)[:, :, 0])
    except pypdfium2.PdfiumError:
        return "page_broken"
