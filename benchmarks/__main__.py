"""Run the benchmarks named on the command line, or all, print their tables and write their results."""

import argparse
import importlib
from pathlib import Path

from benchmarks import report

# memory and grading need Linux, pages a built book and Chromium
NAMES = ["recurrent", "bptt", "characters", "word2vec", "recursive", "training", "memory", "grading", "pages"]
RESULTS = Path(__file__).parent / "results"


def arguments(argv=None):
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and memory, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which to run, of: {', '.join(NAMES)}; all if none")
    parser.add_argument("--quick", action="store_true", help="a few small cases; writes nothing without --output")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help=f"where to write NAME.json; default {RESULTS}")
    options = parser.parse_args(argv)
    for name in options.names:
        if name not in NAMES:
            parser.error(f"NAME: expected one of {', '.join(NAMES)}, got {name}")
    return options


def main():
    """One benchmark after the other; each result is on disk before the next begins."""
    options = arguments()
    folder = options.output or (None if options.quick else RESULTS)
    for name in options.names or NAMES:
        benchmark = importlib.import_module(f"benchmarks.{name}")
        print(benchmark.__doc__, flush=True)
        result = benchmark.run(options.quick)
        print(report.table(result["rows"]))
        print(report.table([{"summary": key, "value": value} for key, value in result["summary"].items()]), flush=True)
        if folder:
            path = report.write(folder, name, {"benchmark": name, "quick": options.quick, **report.machine(), **result})
            print(f"written to {path}\n", flush=True)


if __name__ == "__main__":
    main()
