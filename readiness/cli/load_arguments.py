"""The arguments of `readiness load`. Apart from what they mean, so that `readiness --help` loads no load engine."""

import argparse

EXECUTORS = (
    "constant_vus", "ramping_vus", "shared_iterations", "per_vu_iterations", "constant_arrival_rate", "ramping_arrival_rate",
)  # fmt: skip
DEFAULT_USERS = 10
URL = (
    "http://host:port/path, ws://host:port/path, grpc://host:port/package.Service/Method, or the origin that a journey's "
    "paths begin at"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("url", metavar="URL", help=URL)
    how = parser.add_argument_group("how much")
    how.add_argument("--rate", type=float, metavar="N", help="open model: start N calls or journeys per second")
    how.add_argument(
        "--users",
        type=int,
        metavar="N",
        help=f"closed model: N users (default {DEFAULT_USERS}); with --rate: at most N",
    )
    how.add_argument("--duration", default="10s", metavar="TIME", help="how long: 500ms, 10s, 2m (default: 10s)")
    how.add_argument(
        "--stages", metavar="LIST", help="time:level,...: users (or rate, with --rate) to reach, as 10s:50,20s:100"
    )
    how.add_argument("--iterations", type=int, metavar="N", help="closed model: so many instead of a duration")
    how.add_argument(
        "--executor", metavar="NAME", help=f"one of {', '.join(EXECUTORS)} (default: follows from the rest)"
    )
    how.add_argument(
        "--connections", type=int, default=0, metavar="N", help="users share N connections (default: one each)"
    )
    how.add_argument(
        "--workers", type=int, default=1, metavar="N", help="N processes share the load, for more than a core can send"
    )
    how.add_argument(
        "--machines", dest="scheduler", default="", metavar="ADDRESS",
        help="the workers of the Dask scheduler at tcp://host:port share the load",
    )  # fmt: skip
    how.add_argument("--timeout", default="10s", metavar="TIME", help="of one call (default: 10s)")
    how.add_argument("--seed", type=int, default=7, help="seed of every random choice (default: 7)")
    what = parser.add_argument_group("what")
    what.add_argument("--method", default="", help="default: GET, or POST with a body; of ws: SEND, of grpc: CALL")
    what.add_argument(
        "--header", action="append", default=[], metavar="NAME:VALUE", help="a header to send; may be repeated"
    )
    what.add_argument("--body", metavar="TEXT|@FILE", help="body to send")
    what.add_argument("--json-body", metavar="JSON", help="JSON body to send")
    what.add_argument("--journey", metavar="FILE:FUNCTION", help="a coroutine function that takes a readiness.User")
    what.add_argument("--compressed", action="store_true", help="ask for compressed bodies")
    what.add_argument("--redirects", type=int, default=0, metavar="N", help="follow up to N redirects (default: 0)")
    what.add_argument("--cookies", action="store_true", help="each user keeps the cookies he is given")
    what.add_argument("--http2", action="store_true", help="speak HTTP/2 (extra: http2)")
    what.add_argument("--insecure", action="store_true", help="accept any TLS certificate")
    good = parser.add_argument_group("what is good")
    good.add_argument(
        "--expect-status", type=int, action="append", default=[], metavar="CODE", help="default: 200 to 399"
    )
    good.add_argument("--check", action="append", default=[], metavar="CONDITION",
                      help="json:a.b==1, text:word, header:name=part, size<1000, schema:FILE; may be repeated")  # fmt: skip
    good.add_argument("--threshold", action="append", default=[], metavar="CONDITION",
                      help="p(95)<200ms, avg<50ms, max<2s, errors<1%%, rate>100; exit code 1 where one does not hold, "
                           "3 where not all of the load was sent")  # fmt: skip
    output = parser.add_argument_group("output")
    output.add_argument("--out", default="", metavar="FILE", help="every sample as Parquet")
    output.add_argument("--json", default="", metavar="FILE", help="the result as JSON")
    output.add_argument("--quiet", action="store_true", help="no line while it runs")
