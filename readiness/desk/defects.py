"""Planted defects: what `--defect NAME` can break, so that every check can be shown to catch something.

The code of a defect stands beside the thing it breaks, behind `if active("name")`. A healthy desk arms none.
"""

from collections.abc import Iterable
from difflib import get_close_matches

KNOWN: dict[str, str] = {
    "slow-query": "Reading an option chain does a needless heavy join, about 0.4 s of CPU for each call.",
    "growing-memory": "Each recommendation keeps 1 MB for ever.",
    "busy-loop": "A background thread burns a core.",
    "slow-history": "The history query scans its bars row by row.",
    "slow-ingestion": "Each ingestion of history waits 6 s before it begins.",
    "closes-on-old-marks": "The day is closed at the last price that somebody asked for.",
    "hedge-adds-risk": "A hedge sells the puts that it should buy.",
    "review-ends-early": "The weekly review leaves out what expires on its last day.",
    "keeps-first-quote": "The first quote that was ever fetched is served for ever.",
    "hoards-memory": "1.2 GB are taken at the start and never given back.",
    "slow-trading": "Whatever concerns orders, accounts and their risk takes four seconds.",
    "one-at-a-time": "Requests are served one after the other, 0.15 s each.",
    "random-errors": "One of 50 quote requests answers 500.",
    "no-vendor-timeout": "Calls to the vendor wait for ever.",
    "health-always-yes": "Readiness is always 200, whatever the dependencies do.",
    "liveness-checks-vendor": "Liveness is 503 while the vendor is away.",
    "dropped-on-shutdown": "SIGTERM ends the process at once and cuts requests in flight.",
    "leaking-descriptors": "Each quote request opens a file and keeps it.",
    "dies-when-full": "The process exits when it runs out of file descriptors.",
    "stale-lock": "A lock file that SIGKILL left behind stops the next start.",
    "stuck-after-burst": "Once more than 40 requests were in flight together, each one takes 1.5 s longer for ever.",
    "open-endpoint": "Reading an account needs no key.",
    "role-ignored": "Administration accepts a trader's key.",
    "secret-in-log": "The caller's API key is written to the access log.",
    "traceback-in-error": "Errors show the traceback and internal paths to the caller.",
    "missing-headers": "Replies carry neither nosniff nor no-store.",
    "pool-of-one": "The pool has one connection, held for 150 ms by each request.",
    "holds-connections": "A connection is held for 150 ms after its work is done.",
    "crowd-errors": "Above 20 requests in flight, a third of them answers 503.",
    "missing-metrics": "There is no /metrics.",
    "frozen-metrics": "The request counters never move.",
    "plain-logs": "Log lines are plain text instead of JSON.",
    "lost-request-id": "X-Request-ID is neither returned nor logged.",
    "mute-health": "Readiness answers an empty object and names no dependency.",
    "lost-update": "A deposit reads the cash, waits and writes back, so concurrent deposits get lost.",
    "early-acknowledgement": "Deposits are answered from a buffer that is committed every 3 s.",
    "stale-reads": "An account is shown from a copy that is up to half a second old.",
    "lagging-replica": "Every second look at an account goes to a copy that lags by up to half a second.",
    "snapshot-reads": "An account is shown from a copy that is renewed every 20 ms.",
    "forgetful-keys": "Idempotency keys are kept in memory, so a restart forgets them.",
    "double-order": "Idempotency-Key is ignored, so a repeated order is filled again.",
    "racing-position-limit": "The limit of short puts is judged before the order has the account to itself.",
    "racing-credit-limit": "Buying power is judged before the order has the account to itself.",
    "rests-forever": "A limit order that was not met at once is never tried again.",
    "fills-too-much": "What is left of an order filled in part is taken for the whole order.",
    "fills-cancelled": "Cancelled orders are still filled when the market reaches their limit.",
    "kill-forgotten": "The kill switch is kept in memory only, so a restart opens trading again.",
    "kill-leaves-resting": "The kill switch stops new orders and leaves resting ones in the market.",
    "fills-while-halted": "Resting orders are filled while trading is halted.",
    "fixed-window": "Orders are counted anew with each second, so twice as many pass around its turn.",
    "restless-strategy": "A program may place orders without end.",
    "no-size-limit": "An order may be of any quantity and value.",
    "no-collar": "An order may be at any price, however far from the market.",
    "rounds-to-tick": "A price between two ticks is rounded to the next one and taken.",
    "carries-expired": "Expired options stay in the account for ever, at their cost.",
    "profit-of-expiry-lost": "What an expired option earned is in no profit.",
    "frozen-marks": "Positions are valued at the first price that was ever seen.",
    "old-reference": "The price collar is measured from the first market that was ever seen.",
    "failure-looks-fresh": "When the vendor fails, the held quote and chain get the present time.",
    "yesterdays-market": "Orders and advice are judged by the last market of the day before, if one was seen.",
    "last-message-wins": "What the vendor sends last is taken, however old its number is.",
    "trades-when-closed": "Orders are taken at any time, whether the exchange is open or not.",
    "lazy-feed": "A quote is fetched again only after an hour.",
    "random-fills": "Chance decides whether a fill costs a cent more.",
    "random-advice": "Of the puts that pass the filters any one is recommended.",
    "rounding-ties": "Ties are rounded half up through a float instead of half to even.",
    "empty-backup": "A backup holds the schema and no rows.",
    "daylight-saving": "Session times use a fixed offset of UTC-5 all year.",
    "stale-quotes": "Quotes older than 60 minutes are traded on.",
    "crossed-quotes": "Crossed, zero, negative and NaN quotes are stored.",
    "put-delta-sign": "Signed put deltas are compared with a positive target, so the farthest strike wins.",
    "wrong-greeks": "A put has the delta of the call.",
    "ignores-volatility": "Implied volatility above 120 % stops neither recommendations nor orders.",
    "unreconciled": "End of day reports success without comparing, and fees are left out of the ledger.",
    "lost-rows": "History ingestion silently drops every 20th row.",
    "unvalidated-config": "An invalid DESK_POOL_SIZE or a missing DESK_ADMIN_KEY is replaced by a default.",
    "unknown-key": "Unknown DESK_* variables are ignored.",
    "unverified-vendor": "Whatever certificate the vendor shows is accepted.",
    "refuses-earlier-clock": "Requests are refused while the wall clock shows an earlier time than for one before.",
    "starts-afresh": "A database that cannot be opened is moved aside, and an empty one takes its place.",
    "impatient-heartbeat": "A thread that wakes up 0.3 s late takes the process for hung and ends it.",
    "repeats-vendor": "What the vendor answered is repeated to the caller when it cannot be read.",
    "stubborn-vendor-calls": "A call to the vendor is tried ten times.",
    "connection-held-for-vendor": "Ingestion holds a database connection while it waits for the vendor.",
    "waiters-stay": "Who has to wait for an ingestion that is under way leaves a thread that waits for ever.",
    "gives-up-on-vendor": "Once the vendor could not be connected to, nobody looks for it any more.",
    "keeps-uploads": "Bodies of any size are kept, and the process exits when no more can be allocated.",
    "dies-without-room": "The process exits when a transaction finds no room on the disk.",
    "heartbeat-on-disk": "Liveness writes a heartbeat to a file and syncs it before it answers.",
    "default-secret": "A missing DESK_TRADER_KEY becomes 'changeme'.",
}

_armed: frozenset[str] = frozenset()


def arm(names: Iterable[str]) -> None:
    """Switch on the named defects, and no others, for the life of this process."""
    global _armed
    wanted = frozenset(names)
    unknown = sorted(wanted - KNOWN.keys())
    if unknown:
        raise ValueError("; ".join(_explain(name) for name in unknown))
    _armed = wanted


def active(name: str) -> bool:
    """Whether the defect was asked for."""
    return name in _armed


def _explain(name: str) -> str:
    nearest = get_close_matches(name, KNOWN, n=1, cutoff=0.4)
    hint = f", did you mean {nearest[0]!r}?" if nearest else ""
    return f"unknown defect {name!r}{hint} (--list-defects shows all {len(KNOWN)})"
