"""Measures what each operation consumes: ``python -m benchmarks.units``.

Units are those of benchmarks/meter.py, and include posting limits and the moderator's token.  The limits are for texts
of 450 characters; the last columns are for 10,000.  Exits with 1 if a limit is exceeded.
"""

import logging
import sys
from collections.abc import Callable, Iterator

from benchmarks.meter import Meter
from benchmarks.operations import (
    LENGTHS,
    LIST,
    NONE,
    Consumption,
    Limit,
    deciding,
    moderating,
    page,
    reacting,
    reading,
    showing,
    submitting,
)
from benchmarks.stage import stage, text_of
from chalicelib.store.engine.clients import new_client
from tests.support.world import Response, World


def worst_page(world: World, meter: Meter, operation: Callable[[], Response], name: str) -> Consumption:
    """The consumption of the most expensive page of a list."""
    found, reply = measured(meter, operation)
    sort, size = name.split(", ")[1], name.rpartition(" ")[2].replace(",", "")
    while cursor := reply.json["next"]:
        figures, reply = measured(meter, lambda cursor=cursor: page(world, f"/list/{size}", sort, cursor))  # type: ignore[misc]
        found = max(found, figures, key=lambda each: (each.read, each.calls))
    return found


def measured(meter: Meter, operation: Callable[[], Response]) -> tuple[Consumption, Response]:
    """The consumption and the response of one operation."""
    with meter.running():
        reply = operation()
    if reply.status >= 300:  # noqa: PLR2004
        raise SystemExit(reply.text)
    return Consumption(meter.write, meter.read, meter.calls.total()), reply


def figures_of(length: int) -> Iterator[tuple[str, Limit, Consumption]]:
    """Measure every operation with texts of that length."""
    with stage() as world:
        table, text = world.runtime.table, text_of(length)
        meter = Meter(table.client, new_client(table.client.meta.endpoint_url), table.name)
        writing = (kind(world, text) for kind in (submitting, deciding, reacting, moderating))
        for operations in (*writing, reading(world, length), showing(world, length)):
            for name, bar, operation in operations:
                if bar is LIST:
                    yield f"{name}: worst page", bar, worst_page(world, meter, operation, name)
                    world.clock.forward(minutes=1)
                yield name, bar, measured(meter, operation)[0]


def main() -> int:
    """Print all results; the limits are for the shorter texts."""
    logging.getLogger("afterword").setLevel(logging.WARNING)
    short, long = (list(figures_of(length)) for length in LENGTHS)
    print(f"{'':42}{'450 characters':^19}{'':20}{'10,000 characters':^19}")
    print(f"{'':42}{'write':>6}{'read':>6}{'calls':>7}  {'limit':15}{'':3}{'write':>6}{'read':>6}{'calls':>7}")
    broken = 0
    for (name, bar, found), (_, _, longer) in zip(short, long, strict=True):
        broken += not bar.allows(found)
        check_mark = " " if bar is NONE else "✓" if bar.allows(found) else "✗"
        print(f"{name:42}{shown(found)}  {bar!s:15}{check_mark:3}{shown(longer)}")
    return int(broken > 0)


def shown(found: Consumption) -> str:
    """The consumption as columns."""
    return f"{found.write:>6g}{found.read:>6g}{found.calls:>7}"


if __name__ == "__main__":
    sys.exit(main())
