"""How soon is a rare race found? Naive clients against a store on loopback, met in three ways.

    python -m benchmarks.races [--rounds 200]

For each anomaly: the share of rounds in which the checker found it, how many rounds find it with 99 %, and the seconds
that those take. Two clients that begin at random within 20 ms; behind a barrier; and behind a barrier with a toxic of
5 ms between service and store.
"""

import argparse
import asyncio
import time

from readiness.detection import rounds_needed
from tests.readiness.integrity.races import MEETINGS, RACES, found_in


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    print(f"{'anomaly':24} {'meeting':18} {'found':>7} {'rounds for 99 %':>16} {'seconds':>8}")
    for anomaly in RACES:
        for meeting in MEETINGS:
            begin = time.perf_counter()
            found = asyncio.run(found_in(anomaly, meeting, asked.rounds))
            each = (time.perf_counter() - begin) / asked.rounds
            share = sum(found) / len(found)
            needed = f"{rounds_needed(share)}" if share else "-"
            seconds = f"{rounds_needed(share) * each:.3f}" if share else "-"
            print(f"{anomaly:24} {meeting:18} {share:7.3f} {needed:>16} {seconds:>8}")


if __name__ == "__main__":
    main()
