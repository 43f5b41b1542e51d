# SPDX-License-Identifier: Apache-2.0
"""Guards of the architecture: what must stay true of the house however it grows."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from doseline.door.app import PACKS_PATH, PUSH_PATH
from doseline.languages import LANGUAGES, field_app_strings, read_catalog
from doseline.places.commands import load_india
from doseline.places.models import OrgUnit
from doseline.shared.problems import CATALOGUE
from doseline.sync.openapi import build_document, contract

PROJECT = Path(__file__).parents[2]
DOSELINE = PROJECT / "doseline"
ROOMS = sorted(path.name for path in DOSELINE.iterdir() if (path / "__init__.py").exists())

# Who may import whom: a room, and the rooms it may use. Arrows point one way.
ARROWS = {
    "shared": set(),
    "places": {"shared"},
    "vaccines": {"shared"},
    "staff": {"shared", "places", "sync"},
    "matching": {"shared"},
    "people": {"shared", "places", "matching"},
    "imports": {"shared", "places", "matching", "people", "staff", "vaccines"},
    "planning": {"shared", "places", "staff", "vaccines", "people"},
    "register": {"shared", "places", "staff", "vaccines", "matching", "people", "imports"},
    "ledger": {"shared"},
    "sync": {"shared", "ledger", "places", "staff", "planning", "people", "messages"},
    "door": {"shared", "ledger", "sync"},
    "status": {"shared", "followups"},
    "situation": {"shared", "places", "staff", "planning", "paper"},
    "messages": {"shared", "places", "staff", "planning", "people"},
    "paper": {
        "shared",
        "places",
        "vaccines",
        "staff",
        "people",
        "planning",
        "matching",
        "ledger",
        "sync",
        "register",
        "messages",
        "imports",
    },
    "errands": {"shared", "imports", "register", "planning", "messages", "paper"},
    "followups": {"shared", "ledger", "people", "planning", "status", "situation", "messages", "paper"},
    "rehearsal": {"shared", "places", "staff", "vaccines", "people", "planning", "sync", "messages", "paper"},
}


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("doseline.")}
        if isinstance(node, ast.ImportFrom) and node.module == "doseline":
            found |= {name.name for name in node.names}
    return found & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_one_way(room: str) -> None:
    for path in (DOSELINE / room).rglob("*.py"):
        if "tests" not in path.parts and "migrations" not in path.parts:
            wrong = _imports(path) - ARROWS[room] - {room}
            assert not wrong, f"{path.relative_to(PROJECT)} imports {wrong}"


def test_only_followups_wires_reactions() -> None:
    for path in DOSELINE.rglob("*.py"):
        is_allowed = (
            path.parent.name == "followups"
            or path.name == "reactions.py"
            or path == DOSELINE / "status" / "commands.py"
        )
        text = path.read_text(encoding="utf-8")
        assert is_allowed or not re.search(
            r"^from doseline\.\w+(\.reactions)? import .*reactions|^from doseline\.\w+\.reactions", text, re.M
        ), path


def test_rules_are_pure() -> None:
    """No clock, no database, no Django in rules.py."""
    for path in DOSELINE.rglob("rules.py"):
        text = path.read_text(encoding="utf-8")
        assert "django" not in text, path
        assert not re.search(r"\bnow\(|time\.time|today\(\)", text), path


def test_files_use_the_houses_names() -> None:
    known = {"models", "rules", "commands", "queries", "wire", "views", "reactions", "__init__"}
    special = {
        "shared": None, "door": None, "rehearsal": None, "followups": {"lock", "wiring", "worker"},
        "errands": {"wiring", "worker"}, "planning": {"allotting", "packs", "printing", "starts", "start_views", "wording"},
        "messages": {"apps", "wording"}, "staff": {"access"},
        "paper": {
            "layout", "printing", "pictures", "reading", "scans", "evidence", "facts", "open_items",
        "reviews", "one_row", "row_views", "doors",
            "pdf", "registers", "wording",
        },
        "sync": {"codes", "devices", "openapi"}, "situation": {"wording", "drawing", "map"},
        "imports": {"cells", "sources", "matcher", "staging", "wording", "workbooks"},
    }  # fmt: skip
    for room in ROOMS:
        extra = special.get(room, set())
        if extra is not None:
            assert {path.stem for path in (DOSELINE / room).glob("*.py")} <= known | extra, room


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += _routes(pattern.url_patterns, path)
        else:
            found.append((path, pattern))
    return found


def test_every_route_declares_who_may_enter() -> None:
    ours = [
        (path, pattern) for path, pattern in _routes(get_resolver().url_patterns) if not path.startswith("account/")
    ]
    assert len(ours) > 10
    for path, pattern in ours:
        assert getattr(pattern.callback, "who_may_enter", None), path


@pytest.mark.django_db
def test_every_foreign_key_is_indexed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT conrelid::regclass::text, conname FROM pg_constraint AS fk
            WHERE contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index WHERE indrelid = fk.conrelid AND indkey[0] = fk.conkey[1])
            """
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_ledger_can_only_be_added_to() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'doseline_app' AND table_name IN ('fact', 'hold', 'hold_resolution')"
        )
        assert {privilege for _, privilege in cursor.fetchall()} == {"SELECT", "INSERT"}


@pytest.mark.django_db
def test_schema_sql_equals_the_migrations() -> None:
    """schema.sql is the readable truth; `python -m tests.house.schema` writes it anew."""
    from tests.house.schema import dump_schema

    assert (PROJECT / "schema.sql").read_text(encoding="utf-8") == dump_schema()


@pytest.mark.django_db
def test_models_have_their_migrations() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_problem_is_documented_and_used() -> None:
    text = (PROJECT / "docs" / "problems.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z_.]+)` \| (\d+) \| (.+) \|$", text, re.M)
    assert {(code, int(status), says) for code, status, says in documented} == {
        (p.code, p.status, str(p.sentence)) for p in CATALOGUE.values()
    }
    code_base = "".join(
        path.read_text(encoding="utf-8") for path in [*DOSELINE.rglob("*.py"), *DOSELINE.rglob("*.sql")]
    )
    for code in CATALOGUE:
        assert len(re.findall(f"['\"]{re.escape(code)}['\"]", code_base)) > 1, f"{code} is never used"


def test_contract_files_are_what_the_code_says() -> None:
    files = {path.stem: path.read_text(encoding="utf-8") for path in (PROJECT / "contract" / "wire").glob("*.json")}
    assert files == contract(), "run `make wire`"


def test_openapi_is_whole() -> None:
    document = build_document()
    known = set(document["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert used <= known
    # every address for machines is in it, and every problem code somewhere
    machines = {
        "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", path)
        for path, _ in _routes(get_resolver().url_patterns)
        if path.startswith(("sync/", "messages/", "healthz"))
    }
    assert set(document["paths"]) == machines | {PUSH_PATH, f"{PACKS_PATH}{{session_id}}"}
    told = json.dumps(document)
    assert [
        code for code in CATALOGUE if f"`{code}`" not in told and code != "carried.too_many"
    ] == []  # that one is a page's


def test_every_problem_is_tested() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8")
        for folder in (PROJECT / "tests", DOSELINE)
        for path in folder.rglob("test_*.py")
        if path.name != "test_house.py"
    )
    assert [code for code in CATALOGUE if code not in tests] == []


def test_areas_are_never_a_plain_beginning() -> None:
    """IN.3 is another state than IN.36: what lies in an area is asked through places.queries.within."""
    for path in DOSELINE.rglob("*.py"):
        if path.name != "queries.py" or path.parent.name != "places":
            assert "code__startswith" not in path.read_text(encoding="utf-8"), path


def test_sql_files_say_what_they_are_for() -> None:
    for path in DOSELINE.rglob("sql/*.sql"):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("-- "), path
        assert re.search(r"Inputs?:|No inputs|no inputs", text), path
        assert "SELECT *\nFROM fact" not in text, path


def test_every_sentence_has_its_translations() -> None:
    said = field_app_strings(PROJECT) | {str(p.sentence) for p in CATALOGUE.values()}
    wanted = {(None, text) for text in said} | _server_strings()
    for language in LANGUAGES:
        catalog = read_catalog(DOSELINE / "locale" / language / "LC_MESSAGES" / "django.po")
        known = {(message.context, _texts(message.id)[0]): message for message in catalog}
        missing = [text for text in wanted if text not in known or not all(_texts(known[text].string))]
        assert not missing, f"{language}: {missing}"
        for text, message in known.items():
            forms = [_slots(form) for form in _texts(message.id)]
            for translated in _texts(message.string):
                assert _slots(translated) in forms, f"{language}: {text!r} and {translated!r} have different slots"


def _texts(string: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [string or ""] if string is None or isinstance(string, str) else list(string)


def _slots(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|(?<!%)\{\w+\}", text))


def _server_strings() -> set[tuple[str | None, str]]:
    """Every string of templates and code with its context, None where it has none."""
    found: set[str] = set()
    in_context: set[tuple[str | None, str]] = set()
    for path in (DOSELINE / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"""\{% trans(?:late)? "([^"]+)"[^%]*%\}""", text))
        found |= set(re.findall(r"""\{% trans(?:late)? '([^']+)'[^%]*%\}""", text))
        for block in re.findall(r"\{% blocktranslate[^%]*%\}(.*?)\{% endblocktranslate %\}", text, re.S):
            found.add(re.sub(r"\{\{ *(\w+) *\}\}", r"%(\1)s", block.split("{% plural %}")[0]))
    for path in DOSELINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if node.func.id in ("_", "gettext"):
                found |= set(texts)
            elif node.func.id in ("pgettext", "pgettext_lazy"):
                in_context.add((texts[0], texts[1]))
    return in_context | {(None, text) for text in found}


def test_words_of_the_field_only() -> None:
    """One word per thing: these are what others call ours."""
    wrong = re.compile(
        r"\b(patient|vaccinee|appointment|lot_number|adverse_reaction|jab|vaccination_center|beneficiary_id)s?\b",
        re.I,
    )
    for path in [*DOSELINE.rglob("*.py"), *DOSELINE.rglob("*.sql"), *(PROJECT / "fieldapp").rglob("*.ts*")]:
        match = wrong.search(path.read_text(encoding="utf-8"))
        assert match is None, f"{path.relative_to(PROJECT)} says {match and match[0]!r}"


def test_glossary_has_the_words() -> None:
    glossary = (PROJECT / "GLOSSARY.md").read_text(encoding="utf-8")
    for word in (
        "person",
        "session",
        "fact",
        "ledger",
        "followup",
        "status",
        "hold",
        "stop",
        "pack",
        "journal",
        "roster",
        "walk-in",
    ):
        assert f"**{word}**" in glossary, word


@pytest.mark.django_db
def test_india_is_whole() -> None:
    assert load_india() == 1 + 37 + 756
    assert load_india() == 794
    assert OrgUnit.objects.filter(level="district").count() == 756
    assert OrgUnit.objects.get(code="IN.36.725").name == "Kolkata"
    assert OrgUnit.objects.filter(parent_id="IN.36").count() == 29


def test_nothing_depends_on_what_is_outside() -> None:
    names = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split()
    outside = re.compile(r"\.\./shared|/work/|/root/|/home/\w")
    for name in names:
        path = PROJECT / name
        if (
            path.suffix in (".py", ".ts", ".tsx", ".sql", ".md", ".json", ".toml", ".mjs", "")
            and path.is_file()
            and name != "tests/house/test_house.py"
        ):
            match = outside.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert match is None, f"{name} says {match and match[0]}"
