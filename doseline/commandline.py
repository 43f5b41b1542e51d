# SPDX-License-Identifier: Apache-2.0
"""What each command of `doseline` does. Imported only when one runs, so `--help` needs no database."""

import argparse
import os
import secrets
import sys
from datetime import date
from pathlib import Path

import django
from django.db import OperationalError

PROJECT = Path(__file__).resolve().parent.parent


def run(arguments: argparse.Namespace) -> int:
    """Runs one command; returns the exit code."""
    if arguments.command == "languages":
        return _languages()
    if arguments.command == "up":
        from doseline.supervisor import Supervisor

        return Supervisor(arguments.host, arguments.port, with_demo=not arguments.no_demo).run()
    if arguments.command == "migrate":
        os.environ["DOSELINE_AS_OWNER"] = "1"
    django.setup()
    work = {
        "migrate": _migrate,
        "demo": _demo,
        "play": _play,
        "rebuild-status": _rebuild_status,
        "doctor": _doctor,
        "wire": _wire,
        "restored": _restored,
        "worker": _worker,
        "errands": _errands,
        "add-officer": _add_officer,
        "load-blocks": _load_blocks,
        "add-gateway": _add_gateway,
    }[arguments.command]
    try:
        return work(arguments)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) is not None:  # it was reached, and said something else
            raise
        print("The database cannot be reached. Start Doseline (`make run`), or look at DATABASE_URL.", file=sys.stderr)
        return 1


def _migrate(_arguments: argparse.Namespace) -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from doseline.rehearsal import demo

    try:
        day = date.fromisoformat(arguments.date) if arguments.date else None
        demo.build_demo(seed=arguments.seed, on_date=day, site_count=arguments.sites)
    except (demo.NotADemoError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _play(arguments: argparse.Namespace) -> int:
    from doseline.rehearsal.play import Play, PlayError

    try:
        Play(url=arguments.url, speed=arguments.speed, seed=arguments.seed, until=arguments.until).run()
    except PlayError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.")
    return 0


def _rebuild_status(arguments: argparse.Namespace) -> int:
    from doseline.status.commands import rebuild_status

    def show(done: int, total: int) -> None:
        print(f"\rFolding {done:,} of {total:,} announcements", end="", file=sys.stderr)

    differences = rebuild_status(swap=arguments.swap, progress=show)
    print(file=sys.stderr)
    for table, count in differences.items():
        print(f"status.{table}: {count} rows differ")
    return 1 if any(differences.values()) and not arguments.swap else 0


def _doctor(_arguments: argparse.Namespace) -> int:
    from doseline.doctor import examine

    findings = examine()
    for is_well, sentence in findings:
        print(("ok    " if is_well else "WRONG ") + sentence)
    return 0 if all(is_well for is_well, _ in findings) else 1


def _wire(_arguments: argparse.Namespace) -> int:
    from doseline.sync.openapi import write_contract

    for path in write_contract(PROJECT / "contract" / "wire"):
        print(path.relative_to(PROJECT))
    return 0


def _restored(_arguments: argparse.Namespace) -> int:
    from doseline.ledger.commands import begin_epoch

    begin_epoch()
    print("The ledger has a new epoch: phones offer again what they still keep, within minutes of hearing of it.")
    return 0


def _worker(_arguments: argparse.Namespace) -> int:
    from doseline.followups.worker import run_worker

    run_worker()
    return 0


def _errands(_arguments: argparse.Namespace) -> int:
    from doseline.errands.worker import run_errands

    run_errands()
    return 0


def _add_officer(arguments: argparse.Namespace) -> int:
    from doseline.places.commands import load_india
    from doseline.places.models import OrgUnit
    from doseline.staff.commands import add_officer
    from doseline.vaccines.commands import load_covid19

    load_india()
    load_covid19()
    password = secrets.token_urlsafe(12)
    area = OrgUnit.objects.filter(code=arguments.area).first()
    if area is None:
        print(f"There is no area {arguments.area}. Use a code such as IN, IN.36 or IN.36.725.", file=sys.stderr)
        return 1
    try:
        add_officer(
            username=arguments.username,
            password=password,
            display_name=arguments.name,
            role=arguments.role,
            area=area,
            phone=arguments.phone,
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Log in as {arguments.username} with the password {password} and add an authenticator when asked.")
    return 0


def _load_blocks(arguments: argparse.Namespace) -> int:
    from doseline.places.commands import BlockFileError, load_blocks_file, load_india

    load_india()
    try:
        print(f"{load_blocks_file(Path(arguments.file))} blocks loaded.")
    except (BlockFileError, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_gateway(arguments: argparse.Namespace) -> int:
    import json

    from django.conf import settings as ours

    from doseline.messages.commands import inbound_url, load_texts
    from doseline.messages.gateways import missing_settings
    from doseline.messages.models import Gateway
    from doseline.shared.clock import clock

    try:
        settings = json.loads(Path(arguments.settings).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        print(f"{arguments.settings} is no JSON file: {error}", file=sys.stderr)
        return 1
    if missing := missing_settings(arguments.kind, settings):
        print(f"{arguments.settings}: a gateway of kind {arguments.kind} needs {', '.join(missing)}", file=sys.stderr)
        return 1
    load_texts()
    Gateway.objects.update_or_create(
        code=arguments.code,
        defaults={"kind": arguments.kind, "channel": arguments.channel, "settings": settings,
                  "weight": arguments.weight, "normal_weight": arguments.weight, "is_active": True},
    )  # fmt: skip
    if clock.setting() is not None:
        print(f"Gateway {arguments.code} is kept, and not used: this is a demo, which sends only to its own.")
    else:
        print(f"Gateway {arguments.code} is in use. What becomes of a message it tells to {ours.DOSELINE_PUBLIC_URL}")
    if arguments.channel == "sms":
        print(f"What phones write to it: {inbound_url(arguments.code)}&text=<the text>")
    return 0


def _languages() -> int:
    """Compiles .po to .mo, and hands the field app its strings as JSON. Only files that changed."""
    from doseline.languages import compile_all

    return compile_all(PROJECT)
