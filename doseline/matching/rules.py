# SPDX-License-Identifier: Apache-2.0
"""Whether two records are one person. Names are brought from Bengali, Devanagari or Latin letters into one folded form,
compared word by word, and weighed with birth, phone, sex, place and documents. Every weight has a reason that can be
told in words. Pure; nothing here links anybody: it proposes, a person decides (paper.md, "Matching").

The cases that hold it to its word are contract/cases/matching.json."""

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from operator import ne
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
from rapidfuzz.distance import OSA, JaroWinkler

# Beside the name, at least one of these: a common name and a birthday one digit off meet by chance every day.
_WITNESSES = frozenset(
    ("born_same", "born_swapped", "year_same", "phone_same", "phone_one_digit", "document_same", "institution_same")
)
_GLUED_LETTERS_MIN = 8
_DATA = Path(__file__).parent / "data"
# Words come again and again, whole names hardly: of these, what is asked for a few times in a row.
_WORDS_KEPT, _NAMES_KEPT = 1 << 15, 1 << 12


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where `same` and `close` begin (sums of weights), under what likeness (0 to 1) two words are different names, and by how many
    days a birthday may be remembered wrong. data/thresholds.json holds those we measured with; a drive that knows its own lists
    better names a file of its own in DOSELINE_MATCHING."""

    same: Annotated[float, msgspec.Meta(ge=0, le=30)]
    close: Annotated[float, msgspec.Meta(ge=0, le=30)]
    name_likeness: Annotated[float, msgspec.Meta(ge=0.5, le=1)]
    near_days: Annotated[int, msgspec.Meta(ge=0, le=60)]


@lru_cache(1)
def thresholds() -> Thresholds:
    """Those in force. Raises ValueError for a file of one's own that does not say all four, or says what cannot be."""
    path = Path(os.environ.get("DOSELINE_MATCHING") or _DATA / "thresholds.json")
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Thresholds)
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"DOSELINE_MATCHING: {path}: {error}") from None
    if found.close > found.same:
        raise ValueError(f"DOSELINE_MATCHING: {path}: `close` must not be above `same`")
    return found


# --- One script ------------------------------------------------------------------------------------------------------

_BENGALI, _DEVANAGARI = 0x0980, 0x0900
# The two blocks share their offsets, so one table serves both; what differs is below.
_LETTERS = "k kh g gh ng ch chh j jh n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h"
_CONSONANTS = dict(
    zip(
        range(0x15, 0x3A),
        _LETTERS.split(" "),
        strict=True,
    )
) | {0x58: "k", 0x59: "kh", 0x5A: "g", 0x5B: "z", 0x5C: "r", 0x5D: "rh", 0x5E: "f", 0x5F: "y", 0x4E: "t"}
_VOWELS = {0x05: "a", 0x06: "a", 0x07: "i", 0x08: "i", 0x09: "u", 0x0A: "u", 0x0B: "ri", 0x0F: "e", 0x10: "ai", 0x11: "o",
           0x13: "o", 0x14: "au"}  # fmt: skip
_SIGNS = {0x3E: "a", 0x3F: "i", 0x40: "i", 0x41: "u", 0x42: "u", 0x43: "ri", 0x47: "e", 0x48: "ai", 0x49: "o", 0x4B: "o",
          0x4C: "au"}  # fmt: skip
_SILENT = {0x01, 0x03, 0x3C, 0x3D}  # candrabindu, visarga, nukta, avagraha
_VIRAMA, _ANUSVARA, _YA, _BENGALI_JA = 0x4D, 0x02, 0x2F, "j"


def romanise(text: str) -> str:
    """`text` in lower-case Latin letters, near enough for comparing; letters of other scripts are left out."""
    out: list[str] = []
    waits_for_vowel = False
    for letter in _with_dots(text):
        place, base = _place(letter)
        if place is None:
            waits_for_vowel = False
            out.append(_plain(letter))
        elif place in _CONSONANTS:
            if waits_for_vowel:
                out.append("a")
            is_ja = place == _YA and base == _BENGALI and not (out and out[-1] == "")
            out.append(_BENGALI_JA if is_ja else _CONSONANTS[place])
            waits_for_vowel = place != 0x4E
        elif place in _SIGNS:
            out.append(_SIGNS[place])
            waits_for_vowel = False
        elif place in _VOWELS:
            if waits_for_vowel:
                out.append("a")
            out.append(_VOWELS[place])
            waits_for_vowel = False
        elif place == _VIRAMA:
            out.append("")  # marks that the next consonant is joined to this one
            waits_for_vowel = False
        elif place == _ANUSVARA:
            out.append("an" if waits_for_vowel else "n")
            waits_for_vowel = False
        elif place not in _SILENT:
            waits_for_vowel = False
    return "".join(out)


_DOTTED = {
    chr(base + plain) + chr(base + 0x3C): chr(base + dotted)
    for base in (_BENGALI, _DEVANAGARI)
    for plain, dotted in ((0x2F, 0x5F), (0x21, 0x5C), (0x22, 0x5D), (0x15, 0x58), (0x16, 0x59), (0x17, 0x5A), (0x1C, 0x5B),
                          (0x2B, 0x5E))
}  # fmt: skip


def _with_dots(text: str) -> str:
    """NFC, but for letters with a dot below, which NFC takes apart: য় is y where য is j."""
    text = unicodedata.normalize("NFC", text)
    if "\u09bc" in text or "\u093c" in text:
        for apart, together in _DOTTED.items():
            text = text.replace(apart, together)
    return text


def _place(letter: str) -> tuple[int | None, int]:
    code = ord(letter)
    for base in (_BENGALI, _DEVANAGARI):
        if base <= code < base + 0x80:
            return code - base, base
    return None, 0


def _plain(letter: str) -> str:
    """A Latin letter without its marks; a space for what parts words."""
    if letter.isspace() or letter in "-.,/'’()_":
        return " "
    if letter.isascii():
        return letter.lower()
    return "".join(c for c in unicodedata.normalize("NFD", letter).lower() if c.isascii())


# --- One spelling ----------------------------------------------------------------------------------------------------

_FOLDS = [
    (re.compile(pattern), into)
    for pattern, into in (
        (r"[^a-z]", ""), (r"^[xy]", "j"), (r"ksh|kkh|x", "k"), (r"gy|jn|gn|dny", "g"), (r"t?chh?|ts", "C"), (r"ck|c|q|kh", "k"),
        (r"sh|s+", "s"), (r"ph", "f"), (r"[ao]w(?![aeiou])", "o"), (r"bh|v|w", "b"),
        (r"th", "t"), (r"dh", "d"), (r"gh", "g"), (r"jh|zh?", "j"),
        (r"ng", "n"), (r"rh", "r"), (r"iy|ee|ie|ey|y", "i"), (r"oo", "u"), (r"au|aw|ou|o", "a"), (r"ai|ae", "e"),
        (r"h", ""), (r"(.)\1+", r"\1"), (r"(?<=..)[ae]$", ""),
    )
]  # fmt: skip
_VOWEL = re.compile("[aeiu]")


def fold(word: str) -> str:
    """One word of a name in the form that its spellings share: Sharma and Sarma, Laxmi and লক্ষ্মী."""
    folded = romanise(word).replace(" ", "")
    known = _same_names().get(folded)
    if known is not None:
        return known
    return _fold_letters(folded)


def _fold_letters(word: str) -> str:
    for pattern, into in _FOLDS:
        word = pattern.sub(into, word)
    return word.lower()


@lru_cache(_WORDS_KEPT)
def skeleton(folded: str) -> str:
    """The consonants of a folded word, on which vowels and their spelling hang; the word itself if it has none."""
    return _VOWEL.sub("", folded) or folded


@lru_cache(1)
def _same_names() -> dict[str, str]:
    """Romanised spelling → the folded short form of its name."""
    found: dict[str, str] = {}
    for group in _names()["same"]:
        short = _fold_letters(romanise(group[0]).replace(" ", ""))
        found |= {romanise(spelling).replace(" ", ""): short for spelling in group}
    return found


@lru_cache(1)
def _titles() -> frozenset[str]:
    return frozenset(romanise(title).replace(" ", "") for title in _names()["titles"])


@lru_cache(1)
def _names() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DATA / "names.json").read_text(encoding="utf-8"))
    return loaded


@lru_cache(_NAMES_KEPT)
def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name in the order written, without titles. `S.K. Das` gives s, k, das."""
    return _words_of(name)


def _words_of(name: str) -> tuple[str, ...]:
    return tuple([word for word in map(_fold_unless_title, _SPACES.split(name)) if word])


_SPACES = re.compile(r"[\s.,/()_’'-]+")


@lru_cache(_WORDS_KEPT)
def _fold_unless_title(word: str) -> str:
    return "" if romanise(word).replace(" ", "") in _titles() else fold(word)


@lru_cache(_NAMES_KEPT)
def _bones_of(name: str) -> tuple[str, ...]:
    """The consonants of a name's words, sorted; initials only where there is nothing else."""
    words = words_of(name)
    return tuple(sorted(skeleton(word) for word in words if len(word) > 1) or sorted(map(skeleton, words)))


# --- Keys: what is looked up before anything is compared ---------------------------------------------------------------


def block_keys(name: str, *, born_on: date | None = None, phone: str = "") -> tuple[str, ...]:
    """Keys that two records of one person very likely share, at most four, each of few people even in a register of a
    hundred million: the name's outer words with the birthday; the whole name with day and month; the phone. Order of
    words, and of day and month, does not matter. Beside them the register is looked up by `bones_hash` and year."""
    bones = _bones_of(name) if name and born_on else ()
    by_phone = (f"p:{phone[-10:]}",) if len(phone) >= 8 else ()
    if not bones or born_on is None:
        return by_phone
    year, day, month = born_on.year, born_on.day, born_on.month
    birthday = f"{day}:{month}" if day < month else f"{month}:{day}"
    first, last = f"g:{bones[0]}:{year}:{birthday}", f"g:{bones[-1]}:{year}:{birthday}"
    outer = (first,) if first == last else (first, last)
    return (*by_phone, *outer, f"n:{' '.join(bones)}:{birthday}")


def is_whole_name(key: str) -> bool:
    """True for the key of the whole name with day and month, which all who are of one name and birthday have in common."""
    return key.startswith("n:")


def key_hash(key: str) -> int:
    """A key as the signed 64 bits it is kept as."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)


@lru_cache(_NAMES_KEPT)
def bones_hash(name: str) -> int:
    """Of the consonants of a name's words in no order: equal for spellings that differ in vowels only. 0 for no name."""
    bones = _bones_of(name)
    return key_hash(" ".join(bones)) if bones else 0


@lru_cache(_NAMES_KEPT)
def name_hash(name: str) -> int:
    """Of the folded words of a name in no order: equal for every spelling that folds alike. 0 for no name."""
    words = words_of(name)
    return key_hash(" ".join(sorted(words))) if words else 0


# --- Weighing ----------------------------------------------------------------------------------------------------------


class Record(NamedTuple):
    """What is known of someone, from a list, a sheet or the register. Empty means not known. `names` are spellings of
    one name (Latin, local); `identifiers` are (kind, value)."""

    names: tuple[str, ...]
    born_on: date | None = None
    born_year: int | None = None
    sex: str = ""
    phones: tuple[str, ...] = ()
    institution: str = ""
    district: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()

    def year(self) -> int | None:
        """Year of birth, from whichever is known."""
        return self.born_on.year if self.born_on else self.born_year


class Comparison(NamedTuple):
    """`score` is a sum of weights; `reasons` say which, as codes with a word each in `people.wording`, strongest first.
    `verdict` is same, close or different."""

    score: float
    verdict: str
    reasons: tuple[str, ...]
    weights: Mapping[str, float]


def compare(one: Record, other: Record) -> Comparison:
    """Weighs two records. `same` needs the name and a second strong witness: a document, or the birth date with phone or
    institution. A name alone, a phone alone, or a name with a year are never more than `close`: families share phones,
    and namesakes are born every year. About 10 µs once the words are known."""
    weights: dict[str, float] = {}
    _weigh_names(one, other, weights)
    if "name_differs" in weights and not set(one.identifiers) & set(other.identifiers):
        return Comparison(
            weights["name_differs"], "different", ("name_differs",), weights
        )  # nothing else can outweigh it
    _weigh_birth(one, other, weights)
    _weigh_phones(one, other, weights)
    _weigh_documents(one, other, weights)
    if one.sex and other.sex:
        weights["sex_same" if one.sex == other.sex else "sex_differs"] = 0.5 if one.sex == other.sex else -4.0
    if one.institution and other.institution and _same_institution(one.institution, other.institution):
        weights["institution_same"] = 2.0
    if one.district and other.district:
        weights["district_same" if one.district == other.district else "district_differs"] = (
            0.5 if one.district == other.district else -0.5
        )
    score = round(sum(weights.values()), 2)
    reasons = tuple(code for code, weight in sorted(weights.items(), key=lambda item: -abs(item[1])) if weight)
    return Comparison(score, _verdict(score, weights), reasons, weights)


def _verdict(score: float, weights: dict[str, float]) -> str:
    has_name = weights.get("name_same", 0) > 0 or weights.get("name_alike", 0) > 0
    birth = weights.keys() & {"born_same", "born_swapped"}
    witness = "document_same" in weights or (
        birth and weights.keys() & {"phone_same", "phone_one_digit", "institution_same"}
    )
    against = weights.keys() & {"sex_differs", "document_differs", "born_differs"}
    limits = thresholds()
    if score >= limits.same and has_name and witness and not against:
        return "same"
    return "close" if score >= limits.close and weights.keys() & _WITNESSES else "different"


def name_likeness(ours: Sequence[str], theirs: Sequence[str]) -> tuple[float, float]:
    """How alike two names are, 0 to 1: by their weakest word, which decides, and by their strongest, which alone is a
    family's or a maiden name's. Spellings in one place (Latin first, then local) are compared with each other."""
    pairs = [(a, b) for a, b in zip(ours, theirs, strict=False) if a and b]  # the same script, where both have it
    pairs = pairs or [(a, b) for a in ours if a for b in theirs if b]
    return max([_words_likeness(words_of(a), words_of(b)) for a, b in pairs], default=(0.0, 0.0))


def _words_likeness(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[float, float]:
    if ours == theirs:
        return (1.0, 1.0) if ours else (0.0, 0.0)
    few, many = (ours, theirs) if (len(ours), ours) < (len(theirs), theirs) else (theirs, ours)  # in no order of asking
    if not few:
        return 0.0, 0.0
    if len(few) != len(many):  # two words written as one
        whole, other = "".join(ours), "".join(theirs)
        glued = JaroWinkler.similarity(whole, other)
        if len(other) >= _GLUED_LETTERS_MIN and OSA.distance(whole, other) == 1:
            glued = max(glued, 0.96)  # the vowel between the words is gone with the space
        if glued >= 0.95:
            return glued * 0.96, glued
    found = _pair_off(few, many)
    lone = 0.9 if len(few) == 1 and len(many) > 1 else 1.0  # one word against a full name says little
    return min(found) * lone * 0.98 ** (len(many) - len(few)), max(found)


def _pair_off(few: tuple[str, ...], many: tuple[str, ...]) -> list[float]:
    """The likeness of each of the few to a word of its own among the many, the likest pair first; equal words are."""
    left, others, found = [], list(many), []
    for word in few:
        if word in others:
            others.remove(word)
            found.append(1.0)
        else:
            left.append(word)
    pairs = sorted(
        (
            (_word_likeness(word, other), here, there)
            for here, word in enumerate(left)
            for there, other in enumerate(others)
        ),
        reverse=True,
    )
    used_here, used_there = set(), set()
    for likeness, here, there in pairs:
        if here not in used_here and there not in used_there:
            found.append(likeness)
            used_here.add(here)
            used_there.add(there)
    return found


@lru_cache(_NAMES_KEPT)
def _word_likeness(word: str, other: str) -> float:
    if word == other:
        return 1.0
    if len(word) == 1 or len(other) == 1:
        return 0.9 if word[0] == other[0] else 0.0  # an initial
    by_sound = JaroWinkler.similarity(word, other)
    if skeleton(word) == skeleton(other) and len(skeleton(word)) > 1:
        return max(by_sound, 0.93)
    is_slip = min(len(word), len(other)) > 4 and OSA.distance(word, other) == 1
    return max(by_sound, 0.9) if is_slip and word[0] == other[0] else by_sound * 0.97


def _weigh_names(one: Record, other: Record, weights: dict[str, float]) -> None:
    weakest, strongest = name_likeness(one.names, other.names)
    if weakest >= 0.98:
        weights["name_same"] = 5.5
    elif weakest >= thresholds().name_likeness:
        weights["name_alike"] = (weakest - thresholds().name_likeness) * 15 + 2.5
    elif strongest >= 0.93:
        weights["name_part"] = -2.0
    else:
        weights["name_differs"] = -8.0


def _weigh_birth(one: Record, other: Record, weights: dict[str, float]) -> None:
    if one.born_on and other.born_on:
        if one.born_on == other.born_on:
            weights["born_same"] = 4.5
        elif one.born_on.year == other.born_on.year and (one.born_on.day, one.born_on.month) == (
            other.born_on.month, other.born_on.day,
        ):  # fmt: skip
            weights["born_swapped"] = 3.5
        elif _is_one_slip(one.born_on, other.born_on):
            weights["born_one_digit"] = 1.5
        elif abs((one.born_on - other.born_on).days) <= thresholds().near_days:
            weights["born_near"] = -0.5
        else:
            weights["born_differs"] = -4.0
        return
    years = one.year(), other.year()
    if years[0] is not None and years[1] is not None:
        apart = abs(years[0] - years[1])
        code, weight = [("year_same", 2.0), ("year_near", 0.5)][apart] if apart < 2 else ("born_differs", -4.0)
        weights[code] = weight


def are_born_apart(one: date | None, other: date | None) -> bool:
    """True when two birthdays cannot be one written wrong, by the year alone: quite another, not a digit or two of them changed about.
    With neither phone, document nor code in common such a pair is `different` unless `close` begins under APART_SCORE_MAX."""
    if one is None or other is None or -2 < one.year - other.year < 2:
        return False
    here, there = str(one.year), str(other.year)
    return sum(map(ne, here, there)) > 1 and sorted(here) != sorted(there)


APART_SCORE_MAX = 4.5  # name_same 5.5, institution_same 2, sex_same and district_same 0.5 each, born_differs -4


def _is_one_slip(one: date, other: date) -> bool:
    return OSA.distance(f"{one:%d%m%Y}", f"{other:%d%m%Y}") == 1


def _weigh_phones(one: Record, other: Record, weights: dict[str, float]) -> None:
    pairs = [(a, b) for a in one.phones for b in other.phones]
    if any(a == b for a, b in pairs):
        weights["phone_same"] = 3.0
    elif any(OSA.distance(a, b) == 1 for a, b in pairs):
        weights["phone_one_digit"] = 2.0
    elif pairs:
        weights["phone_differs"] = -0.5


def _weigh_documents(one: Record, other: Record, weights: dict[str, float]) -> None:
    ours, theirs = dict(one.identifiers), dict(other.identifiers)
    shared = ours.keys() & theirs.keys()
    if any(ours[kind] == theirs[kind] for kind in shared):
        weights["document_same"] = 7.0
    elif shared:
        weights["document_differs"] = -3.0


def _same_institution(one: str, other: str) -> bool:
    return one == other or _institution_words(one) == _institution_words(other)


@lru_cache(_NAMES_KEPT)
def _institution_words(name: str) -> tuple[str, ...]:
    return _words_of(name)


def best_of(looking: Record, candidates: Iterable[Record]) -> list[tuple[int, Comparison]]:
    """(place among `candidates`, comparison) of those at least close, best first."""
    weighed = ((place, compare(looking, candidate)) for place, candidate in enumerate(candidates))
    return sorted((found for found in weighed if found[1].verdict != "different"), key=lambda found: -found[1].score)
