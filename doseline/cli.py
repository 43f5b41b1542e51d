# SPDX-License-Identifier: Apache-2.0
"""`doseline`: the command-line program."""

import argparse
import os
import sys


def main() -> None:
    """Runs the command asked for; exits with 1 and one sentence when it cannot be done."""
    arguments = _parser().parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseline.settings")
    from doseline import commandline

    sys.exit(commandline.run(arguments))


def _time_of_day(text: str) -> tuple[int, int]:
    """(hour, minute) of "HH:MM". Raises ArgumentTypeError."""
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise argparse.ArgumentTypeError(f"{text} is no time of day: write it as 17:30")
    return int(hour), int(minute)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doseline", description="Runs mass-vaccination drives.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything: database, server, worker")
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--port", type=int, default=8000)
    up.add_argument("--no-demo", action="store_true", help="do not build the demo drive in an empty database")
    demo = commands.add_parser("demo", help="build the demo drive in an empty database")
    demo.add_argument("--date", help="the day to live, YYYY-MM-DD (default: today)")
    demo.add_argument("--seed", type=int, default=16)
    demo.add_argument("--sites", type=int, default=207, help="build fewer sites (default 207)")
    play = commands.add_parser("play", help="let the demo's sites live their day through the real upload address")
    play.add_argument("--speed", type=float, default=60.0, help="demo minutes a real minute (default 60)")
    play.add_argument("--url", default="http://127.0.0.1:8000")
    play.add_argument("--seed", type=int, default=16)
    play.add_argument(
        "--until", type=_time_of_day, default=(17, 30), help="demo time to stop at, HH:MM (default 17:30)"
    )
    rebuild = commands.add_parser("rebuild-status", help="fold the ledger anew and compare with the live status")
    rebuild.add_argument("--swap", action="store_true", help="put the rebuilt status in place of the live one")
    commands.add_parser("doctor", help="look for what is wrong, and say what to do")
    commands.add_parser("languages", help="compile the translations")
    commands.add_parser("wire", help="write contract/wire from the shapes in the code")
    commands.add_parser(
        "restored", help="after a restore of the database to an earlier point: have phones offer their facts again"
    )
    commands.add_parser("migrate", help="bring the database's tables up to date")
    commands.add_parser("worker", help="run the follow-ups worker alone (production)")
    commands.add_parser("errands", help="run imports, plans and messages alone (production)")
    officer = commands.add_parser("add-officer", help="make an official's account")
    officer.add_argument("username")
    officer.add_argument("--name", required=True)
    officer.add_argument("--role", required=True)
    officer.add_argument("--area", default="IN", help="org unit code, such as IN.36.725")
    officer.add_argument("--phone", default="", help="for the phone tree printed with packs")
    blocks = commands.add_parser("load-blocks", help="load the blocks of districts from a CSV")
    blocks.add_argument("file", help="columns: district (Co-WIN's id), name, name_bn, name_hi")
    gateway = commands.add_parser("add-gateway", help="add or change a way out for messages")
    gateway.add_argument("code")
    gateway.add_argument("--kind", required=True, choices=("kannel", "http", "smtp"))
    gateway.add_argument("--channel", default="sms", choices=("sms", "email", "voice"))
    gateway.add_argument("--weight", type=int, default=50)
    gateway.add_argument("--settings", required=True, help="JSON file, see doseline/messages/gateways/<kind>.py")
    return parser


if __name__ == "__main__":
    main()
