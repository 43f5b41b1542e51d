# SPDX-License-Identifier: Apache-2.0
"""Pictures as people send them, opened with care: JPEG, PNG, HEIC, TIFF, WebP, and PDF of many pages, a page at a time. Nothing is
unpacked beyond what a page can need: a JPEG of 100 megapixels is shrunk as it is opened, a bomb is refused."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from doseline.paper.pdf import Pdf, PdfError
from doseline.paper.reading import Gray

BYTES_MAX = 60 * 1024 * 1024
PAGES_MAX = 200
# A JPEG is shrunk while it is decoded; anything else stands in memory whole first.
_JPEG_PIXELS_MAX, _PIXELS_MAX = 220_000_000, 60_000_000
_SIDE = 3_200  # pixels of the longer side kept: 10 a millimetre of the sheet
_PDF_MARK = b"%PDF-"

Image.MAX_IMAGE_PIXELS = _JPEG_PIXELS_MAX
pillow_heif.register_heif_opener()


class PictureError(Exception):
    """Why a file, or a page of it, cannot be opened: `code` is one of wording.PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Pictures:
    """An opened file. `count` is known at once; pages are decoded when asked for, 50-150 ms each."""

    def __init__(self, content: bytes, *, takes_pdf: bool = True) -> None:
        if not content:
            raise PictureError("empty_file")
        if len(content) > BYTES_MAX:
            raise PictureError("file_too_large")
        self._content = content
        self._pdf: Pdf | None = None
        if _PDF_MARK in content[:1024]:
            if not takes_pdf:
                raise PictureError("not_a_picture")
            try:
                self._pdf = Pdf(content)
            except PdfError as error:
                raise PictureError(error.code) from None
        self.count = self._pdf.count if self._pdf is not None else _frames_of(content)
        if self.count > PAGES_MAX:
            self.close()
            raise PictureError("too_many_pages")

    def page(self, number: int) -> Gray:
        """Page `number` (from 0), grey, upright as its camera says. Raises PictureError for a page that cannot be opened; the others
        can all the same."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                return self._pdf.page(number, _SIDE) if self._pdf is not None else self._picture(number)
        except PdfError as error:
            raise PictureError(error.code) from None
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
            if image.width * image.height > (_JPEG_PIXELS_MAX if image.format in ("JPEG", "MPO") else _PIXELS_MAX):
                raise PictureError("picture_too_large")
            image.draft("L", (_SIDE, _SIDE))
            return _gray(image)


@contextmanager
def opened(content: bytes, *, takes_pdf: bool = True) -> Iterator[Pictures]:
    """A file opened for reading its pages. Raises PictureError when it is nothing we read."""
    pictures = Pictures(content, takes_pdf=takes_pdf)
    try:
        yield pictures
    finally:
        pictures.close()


def _gray(image: Image.Image) -> Gray:
    factor = max(1, max(image.size) // _SIDE)
    has_holes = image.mode in ("RGBA", "LA") or "transparency" in image.info
    whole = image.convert("RGBA" if has_holes else "L") if image.mode != "L" else image
    small = whole.reduce(factor) if factor > 1 else whole
    if has_holes:  # a transparent page is white paper
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    small = ImageOps.exif_transpose(_with_exif(small, image)) or small
    small.thumbnail((_SIDE, _SIDE), Image.Resampling.BOX)
    return np.asarray(small.convert("L"), np.uint8).copy()


def _with_exif(small: Image.Image, image: Image.Image) -> Image.Image:
    """The small picture with the camera's word on which side is up."""
    if "exif" in image.info:
        small.info["exif"] = image.info["exif"]
    return small


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
