# SPDX-License-Identifier: Apache-2.0
"""Pictures as people send them, opened with care: JPEG, PNG, HEIC, TIFF, WebP, and PDF of many pages, a page at a time. Nothing is
unpacked beyond what a page can need: a picture of 100 megapixels is shrunk as it is opened, a bomb is refused."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pillow_heif
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from doseline.paper.reading import Gray

BYTES_MAX = 60 * 1024 * 1024
PIXELS_MAX = 220_000_000
PAGES_MAX = 200
_SIDE = 3_200  # pixels of the longer side kept: 10 a millimetre of the sheet
_PDF_SIDE_MAX = 5_000.0  # points; a page said to be larger than a door is none
_PDF_MARK = b"%PDF-"

Image.MAX_IMAGE_PIXELS = PIXELS_MAX
pillow_heif.register_heif_opener()


class PictureError(Exception):
    """Why a file, or a page of it, cannot be opened: `code` is one of wording.PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pictures:
    """An opened file. `count` is known at once; pages are decoded when asked for, 50-150 ms each."""

    def __init__(self, content: bytes) -> None:
        if not content:
            raise PictureError("empty_file")
        if len(content) > BYTES_MAX:
            raise PictureError("file_too_large")
        self._content = content
        self._pdf = _open_pdf(content) if _PDF_MARK in content[:1024] else None
        self.count = len(self._pdf) if self._pdf is not None else _frames_of(content)
        if self.count > PAGES_MAX:
            raise PictureError("too_many_pages")

    def page(self, number: int) -> Gray:
        """Page `number` (from 0), grey, upright as its camera says. Raises PictureError for a page that cannot be opened; the others
        can all the same."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                return self._pdf_page(number) if self._pdf is not None else self._picture(number)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
            raise PictureError("picture_too_large") from None
        except PictureError:
            raise
        except Exception:  # decoders of strangers' files raise anything; the page is named and the rest goes on
            raise PictureError("page_broken") from None

    def close(self) -> None:
        """Lets go of the file."""
        if self._pdf is not None:
            self._pdf.close()

    def _picture(self, number: int) -> Gray:
        with Image.open(io.BytesIO(self._content)) as image:
            if number:
                image.seek(number)
            if image.width * image.height > PIXELS_MAX:
                raise PictureError("picture_too_large")
            image.draft("L", (_SIDE, _SIDE))
            return _gray(image)

    def _pdf_page(self, number: int) -> Gray:
        if self._pdf is None:
            raise PictureError("page_broken")
        page = self._pdf[number]
        width, height = page.get_size()
        if not 0 < max(width, height) <= _PDF_SIDE_MAX:
            raise PictureError("picture_too_large")
        bitmap = page.render(scale=_SIDE / max(width, height), grayscale=True)
        return np.ascontiguousarray(bitmap.to_numpy().reshape(bitmap.height, bitmap.width, -1)[:, :, 0])


@contextmanager
def opened(content: bytes) -> Iterator[Pictures]:
    """A file opened for reading its pages. Raises PictureError when it is nothing we read."""
    pictures = Pictures(content)
    try:
        yield pictures
    finally:
        pictures.close()


def _gray(image: Image.Image) -> Gray:
    upright = ImageOps.exif_transpose(image) or image
    if upright.mode in ("RGBA", "LA", "P"):  # a transparent page is white paper
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    upright.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(upright.convert("L"), np.uint8).copy()


def _frames_of(content: bytes) -> int:
    try:
        with Image.open(io.BytesIO(content)) as image:
            return int(getattr(image, "n_frames", 1))
    except UnidentifiedImageError:
        raise PictureError("not_a_picture") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("picture_too_large") from None
    except Exception:  # as above
        raise PictureError("page_broken") from None


def _open_pdf(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise PictureError("pdf_locked" if "password" in str(error).lower() else "pdf_broken") from None
