"""The ``Cache-Control`` header of public responses."""

from ...runtime import Runtime

PUBLIC = "public, max-age=10, s-maxage=60, stale-while-revalidate=60"
BRIEFLY = "public, max-age=10, s-maxage=10, stale-while-revalidate=10"  # while removed texts can't be invalidated
NO_STORE = "no-store"


def current(caching: str, runtime: Runtime) -> str:
    """The header with this default; it allows less while the CDN can't be invalidated any more."""
    return BRIEFLY if caching == PUBLIC and runtime.is_cdn_brief else caching
