# SPDX-License-Identifier: Apache-2.0
"""One catalogue a language for server and field app: compiles it for gettext, and as JSON for the phone."""

import json
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("bn", "hi")
_FIELD_APP_STRING = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)*)\"""")


def compile_all(project: Path) -> int:
    """Compiles every language; returns 1 after naming the strings that have no translation."""
    used = field_app_strings(project)
    missing = 0
    for language in LANGUAGES:
        folder = project / "doseline" / "locale" / language / "LC_MESSAGES"
        catalog = read_catalog(folder / "django.po")
        with (folder / "django.mo").open("wb") as compiled:
            write_mo(compiled, catalog)
        texts = {text: str(catalog[text].string) for text in used if text in catalog and catalog[text].string}
        for text in sorted(used - texts.keys()):
            print(f"{language}: no translation of {text!r}", file=sys.stderr)
            missing += 1
        target = project / "build" / "languages" / f"{language}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(texts, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    return 1 if missing else 0


def read_catalog(path: Path) -> Catalog:
    """One language's catalogue."""
    with path.open("rb") as source:
        return read_po(source)


def field_app_strings(project: Path) -> set[str]:
    """Every string the field app asks for with t("…")."""
    found: set[str] = set()
    for path in (project / "fieldapp").rglob("*.ts*"):
        if "test" not in path.parts:
            found |= {json.loads(f'"{text}"') for text in _FIELD_APP_STRING.findall(path.read_text(encoding="utf-8"))}
    return found
