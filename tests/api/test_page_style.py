"""The style of the pages without JavaScript: contrast in light and dark."""

import re

import pytest

from chalicelib.api.html.style import STYLE

DAY, NIGHT = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", palette))
    for palette in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
)
TEXTS = [
    *((ink, paper) for ink in ("ink", "soft", "link") for paper in ("paper", "panel", "mark")),
    ("wrong", "paper"),
    ("on-link", "link"),
]
EDGES = [("edge", "paper"), ("wrong", "paper"), ("link", "paper")]


def luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2)."""
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [DAY, NIGHT], ids=["day", "night"])
def test_texts_and_borders_have_enough_contrast(palette: dict[str, str]) -> None:
    assert {pair for pair in TEXTS if contrast(*(palette[name] for name in pair)) < 4.5} == set()
    assert {pair for pair in EDGES if contrast(*(palette[name] for name in pair)) < 3} == set()


def test_every_colour_is_defined_for_light_and_dark() -> None:
    used = set(re.findall(r"var\(--([\w-]+)\)", STYLE))

    assert used == set(DAY) == set(NIGHT)
