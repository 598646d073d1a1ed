"""English messages: templates with ``{parameters}``, which other languages translate as a whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{(\w+)\}")

Parameters = Mapping[str, int | str]


def fill(template: str, parameters: Parameters) -> str:
    """The template with its parameters filled in; a placeholder without a parameter stays."""
    return PLACEHOLDER.sub(lambda found: str(parameters.get(found[1], found[0])), template)


@dataclass(frozen=True)
class Message:
    """An English sentence.  ``one`` is used instead of ``template`` if the first number in it is 1."""

    template: str
    one: str = ""

    def fill(self, parameters: Parameters) -> str:
        """The sentence with its parameters filled in."""
        names = (found[1] for found in PLACEHOLDER.finditer(self.template))
        number = next((parameters[name] for name in names if isinstance(parameters.get(name), int)), None)
        return fill(self.one if self.one and number == 1 else self.template, parameters)
