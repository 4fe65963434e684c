"""Run the vendor: `python -m readiness.desk.vendor --port 0 --key KEY` prints its address and serves until SIGTERM."""

import argparse
import signal
import threading

from readiness.desk.vendor.control import Control
from readiness.desk.vendor.market import Market
from readiness.desk.vendor.server import VendorServer


def main() -> int:
    """Serve until SIGINT or SIGTERM."""
    options = _parser().parse_args()
    server = VendorServer(options.port, Control(Market(options.seed)), options.key)
    for number in (signal.SIGINT, signal.SIGTERM):
        # shutdown waits for the serving loop, which runs in this very thread
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"vendor listening on {server.url}", flush=True)
    server.warm_up()
    with server:
        server.serve_forever(poll_interval=0.1)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m readiness.desk.vendor", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--seed", type=int, default=7, help="prices are a function of it (default: 7)")
    parser.add_argument("--key", help="what callers must send as a bearer token (default: none is asked for)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
