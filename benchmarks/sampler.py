"""What the resource sampler itself costs, beside one that asks psutil: CPU share of one core and memory, by size of the tree.

    python benchmarks/sampler.py [--seconds 10] [--rounds 3] [--hertz 10]

The tree is a Python process with sleeping Python children, of which one in ten spins lightly. The limit is 1 % of a core at
10 Hz. Rounds of both readers are interleaved; medians are shown. Start-up is not in the share and is shown apart. The rows called
"machine" are the second sampler, which runs during load: the machine, the generator and the control.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from readiness.measure.resources import MACHINE_HERTZ, Reader, sampler_command
from readiness.measure.sampling.process_tree import process_seconds

SIZES = (1, 10, 50)
READERS: tuple[Reader, ...] = ("proc", "psutil")
FAMILY = """
import subprocess, sys, time
work = "import time\\nwhile True:\\n    sum(range(2000)); time.sleep(%s)"
for number in range(int(sys.argv[1]) - 1):
    subprocess.Popen([sys.executable, "-c", work % (0.05 if number % 10 == 0 else 3600)])
print("ready", flush=True)
time.sleep(3600)
"""


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hertz", type=float, default=10.0)
    options = parser.parse_args()
    print(f"{'processes':>9}  {'reader':7}  {'share of a core':>15}  {'peak memory':>11}  {'start-up CPU':>12}")
    for size in SIZES:
        with family(size) as root:
            found: dict[Reader, list[tuple[float, float, float]]] = {reader: [] for reader in READERS}
            for _ in range(options.rounds):
                for reader in READERS:
                    found[reader].append(cost(reader, root, options.hertz, options.seconds))
            watch = [cost("proc", root, MACHINE_HERTZ, options.seconds, "machine") for _ in range(options.rounds)]
            for name, costs in (*found.items(), ("machine", watch)):
                share, memory, start = (statistics.median(column) for column in zip(*costs, strict=True))
                memory_cell, start_cell = f"{memory / 1e6:.1f} MB", f"{start * 1e3:.0f} ms"
                print(f"{size:>9}  {name:7}  {share:>15.2%}  {memory_cell:>11}  {start_cell:>12}", flush=True)


@contextmanager
def family(size: int) -> Iterator[int]:
    """Start a tree of ``size`` processes in a session of its own and end it."""
    root = subprocess.Popen(
        [sys.executable, "-c", FAMILY, str(size)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert root.stdout is not None
    root.stdout.readline()
    time.sleep(1.0 + size / 20)  # the children are importing still
    try:
        yield root.pid
    finally:
        subprocess.run(["/bin/kill", "-KILL", "--", f"-{root.pid}"], check=False)
        root.wait()


def cost(reader: Reader, root: int, hertz: float, seconds: float, role: str = "tree") -> tuple[float, float, float]:
    """Return the CPU share over ``seconds``, the peak memory in bytes, and the CPU seconds of the start."""
    with tempfile.NamedTemporaryFile() as lines:
        arguments = (role, lines.name, repr(time.monotonic()), repr(hertz), "", "", reader, str(root))
        sampler = subprocess.Popen(
            (*sampler_command(reader), *arguments), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert sampler.stdin is not None
        assert sampler.stdout is not None
        sampler.stdout.readline()
        start, begin = process_seconds(sampler.pid) or 0.0, time.monotonic()
        time.sleep(seconds)
        used, took = (process_seconds(sampler.pid) or 0.0) - start, time.monotonic() - begin
        status = Path(f"/proc/{sampler.pid}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        sampler.stdin.close()
        sampler.wait(10)
        if not Path(lines.name).read_text().count("readings"):
            raise SystemExit(f"the sampler ({reader}) wrote no readings")
        return used / took, peak * 1024.0, start


if __name__ == "__main__":
    main()
