"""Examples for the parameters in the OpenAPI document, by name."""

from typing import Any

from .examples import BULK, HASH, ID, POST, REPLY_ID

PARAMETERS: dict[str, Any] = {
    "comment_id": ID,
    "job_id": BULK,
    "name": "moderate.3f2a91bc.js",
    "Idempotency-Key": "Kf81x0yQb3TnWm5vLs2JpA",
    "If-None-Match": '"5d41402abc4b2a76b9719d911017c592"',
    "post": POST,
    "sort": "oldest",
    "limit": 25,
    "cursor": f"WyIwMUtCMlg1VDlNIixmYWxzZSwwXQ.{HASH}",
    "status": "pending",
    "author": HASH,
    "network": HASH,
    "actor": "q8Jv2LmN4pRs7hYt",
    "since": "2030-01-31",
    "until": "2030-01-31",
    "q": "panic",
    "parent": ID,
    "days": 30,
    "id": HASH,
    "all": False,
    "lists": True,
}
LISTS: dict[str, list[str]] = {"id": [ID, REPLY_ID], "post": [POST, "/2024/05/footpath.html"]}
