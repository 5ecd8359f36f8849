"""`neural-style doctor`: device, versions, and what works here."""

import argparse


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    commands.add_parser("doctor", help="show device, versions, and what works here").set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from neural_style.doctor import examine

    fine = True
    for finding in examine():
        print(f"{'ok ' if finding.fine else 'BAD'} {finding.name}: {finding.text}", flush=True)
        fine = fine and finding.fine
    return 0 if fine else 1
