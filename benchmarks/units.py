"""What each deed consumes, beside its bar: ``python -m benchmarks.units``.

Units are those of benchmarks/meter.py, limits and the moderator's token included.  The bars hold for
texts of 450 characters; with 10,000 beside them.  Ends with 1 when a bar is broken.
"""

import logging
import sys
from collections.abc import Callable, Iterator

from benchmarks.deeds import (
    LENGTHS,
    LIST,
    NONE,
    Bar,
    Figures,
    deciding,
    moderating,
    page,
    reacting,
    reading,
    showing,
    submitting,
)
from benchmarks.meter import Meter
from benchmarks.stage import stage, text_of
from chalicelib.store.engine.clients import new_client
from tests.world import Reply, World


def worst_page(world: World, meter: Meter, deed: Callable[[], Reply], name: str) -> Figures:
    """Of all pages of a list, the one that costs most."""
    found, reply = measured(meter, deed)
    sort, size = name.split(", ")[1], name.rpartition(" ")[2].replace(",", "")
    while cursor := reply.json["next"]:
        figures, reply = measured(meter, lambda cursor=cursor: page(world, f"/list/{size}", sort, cursor))  # type: ignore[misc]
        found = max(found, figures, key=lambda each: (each.read, each.calls))
    return found


def measured(meter: Meter, deed: Callable[[], Reply]) -> tuple[Figures, Reply]:
    """What one deed consumes."""
    with meter.running():
        reply = deed()
    if reply.status >= 300:  # noqa: PLR2004
        raise SystemExit(reply.text)
    return Figures(meter.write, meter.read, meter.calls.total()), reply


def figures_of(length: int) -> Iterator[tuple[str, Bar, Figures]]:
    """Every deed with texts of that length."""
    with stage() as world:
        table, text = world.runtime.table, text_of(length)
        meter = Meter(table.client, new_client(table.client.meta.endpoint_url), table.name)
        writing = (kind(world, text) for kind in (submitting, deciding, reacting, moderating))
        for deeds in (*writing, reading(world, length), showing(world, length)):
            for name, bar, deed in deeds:
                if bar is LIST:
                    yield f"{name}: worst page", bar, worst_page(world, meter, deed, name)
                    world.clock.forward(minutes=1)
                yield name, bar, measured(meter, deed)[0]


def main() -> int:
    """Print all figures; the bars are those of the shorter texts."""
    logging.getLogger("afterword").setLevel(logging.WARNING)
    short, long = (list(figures_of(length)) for length in LENGTHS)
    print(f"{'':42}{'450 characters':^19}{'':20}{'10,000 characters':^19}")
    print(f"{'':42}{'write':>6}{'read':>6}{'calls':>7}  {'bar':15}{'':3}{'write':>6}{'read':>6}{'calls':>7}")
    broken = 0
    for (name, bar, found), (_, _, longer) in zip(short, long, strict=True):
        broken += not bar.holds(found)
        mark = " " if bar is NONE else "✓" if bar.holds(found) else "✗"
        print(f"{name:42}{shown(found)}  {bar!s:15}{mark:3}{shown(longer)}")
    return int(broken > 0)


def shown(found: Figures) -> str:
    """As columns."""
    return f"{found.write:>6g}{found.read:>6g}{found.calls:>7}"


if __name__ == "__main__":
    sys.exit(main())
