"""The submitted HTML form: its fields, and the site it comes from."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...core.drafts import ID_BOUNDS, KEY_BOUNDS, LINK_BOUNDS, MAX_TOKEN, TEXT_BOUNDS, Draft
from ...core.errors import ForeignForm, Invalid, KeyMissing
from ...core.ids import ID
from ...core.text.sanitize import MAX_NAME, MAX_TITLE
from ..http.parsing import field_errors
from ..http.problems import BadRequest
from ..http.request import Request

MAX_FIELDS = 100  # of a form, including unknown ones
OPTIONAL_ID: dict[str, Any] = {"pattern": f"^({ID.pattern})?$"}
OPTIONAL_LINK = {**LINK_BOUNDS, "minLength": 0, "pattern": LINK_BOUNDS["pattern"].replace("+$", "*$")}
OWN_SITE = {"same-origin", "none"}  # values of Sec-Fetch-Site; none: reloaded, or opened by the reader


class SubmittedForm(BaseModel):
    """The fields of the form.  Empty fields count as missing; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, json_schema_extra={"required": ["post", "text", "key"]})

    post: str = Field(default="", description="The key of the post.", json_schema_extra=KEY_BOUNDS)
    parent: str = Field(default="", description="The id of the comment to reply to.", json_schema_extra=OPTIONAL_ID)
    text: str = Field(default="", description="Markdown, at most 10,000 characters.", json_schema_extra=TEXT_BOUNDS)
    name: str = Field(default="", description="At most 80 characters.", json_schema_extra={"maxLength": MAX_NAME})
    link: str = Field(
        default="", description="The website of the author: http or https.", json_schema_extra=OPTIONAL_LINK
    )
    form: str = Field(default="", description="The token of the form.", json_schema_extra={"maxLength": MAX_TOKEN})
    key: str = Field(
        default="", description="The idempotency key: 22 base64url characters.", json_schema_extra=ID_BOUNDS
    )
    trap: str = Field(default="", description="A field that is hidden from people, to detect bots.")

    def draft(self) -> Draft:
        """The submitted comment as a draft.

        Raises:
            Invalid: some fields are invalid.
        """
        content = {"text": self.text, "name": self.name.strip() or None, "link": self.link.strip() or None}
        position = {"post": self.post, "parent": self.parent or None}
        try:
            return Draft.model_validate({**content, **position, "form": self.form, "trap": self.trap[:MAX_TITLE]})
        except ValidationError as error:
            raise Invalid(field_errors(error)) from None

    def idempotency_key(self) -> str:
        """The idempotency key in the form.

        Raises:
            KeyMissing: the field is empty.
            Invalid: it is not 22 base64url characters.
        """
        if not self.key:
            raise KeyMissing
        if not ID.fullmatch(self.key):
            raise Invalid({"key": "must be 22 base64url characters"})
        return self.key


def parse_form(body: bytes) -> SubmittedForm:
    """Parse a form; of repeated fields the first counts.

    Raises:
        BadRequest: it is not UTF-8, or has too many fields.
    """
    try:
        fields = parse_qs(body.decode(), errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadRequest from None
    return SubmittedForm.model_validate({name: values[0] for name, values in fields.items()})


def check_origin(request: Request, url: str) -> None:
    """Check that a form was sent by a page of this service: other sites can make a reader's browser send one, too.

    Current browsers say so themselves, for others their ``Origin`` is compared with the addresses of the service
    (``url`` is the public one).  A program that sends neither speaks for itself.

    Raises:
        ForeignForm: a page of another site sent it.
    """
    site, origin = request.header("sec-fetch-site"), request.header("origin")
    own = {urlsplit(each).netloc for each in (url, request.base, f"https://{request.header('host')}")} - {""}
    is_own = site in OWN_SITE if site else not origin or urlsplit(origin).netloc in own
    if not is_own:
        raise ForeignForm
