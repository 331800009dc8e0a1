"""Business cards as codes and files: vCard 2.1 to 4.0 and MECARD read into the fields of a lead. Pure functions.

Text is not read from pictures: a photo of a card is kept beside the lead as it is.
"""

import base64
import quopri
import re
from dataclasses import dataclass

CARDS_MAX = 50
TEXT_MAX = 2_000_000
LINES_MAX = 20_000


@dataclass
class Card:
    """What a card says, in the fields of a lead."""

    name: str = ""
    contact_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    note: str = ""

    def is_blank(self) -> bool:
        return not (self.name or self.contact_name or self.email or self.phone)


def read(text: str) -> list[Card]:
    """The cards of a text, at most CARDS_MAX; those that say nothing are left out. ValueError when it holds none."""
    text = text[:TEXT_MAX].replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if re.match(r"(mecard|bizcard):", text, re.IGNORECASE):
        found = [_mecard(text)]
    else:
        found = [_vcard(block) for block in _blocks(_unfolded(text))]
    cards = [_completed(card) for card in found if not card.is_blank()]
    if not cards:
        raise ValueError(text[:40])
    return cards


def _completed(card: Card) -> Card:
    """A person without a company stands for themselves."""
    card.name = card.name or card.contact_name or card.email or card.phone
    return card


# -- vCard ------------------------------------------------------------------------------------------------------------


def _unfolded(text: str) -> list[str]:
    """Lines put together again: a blank at the start continues one, and so does a quoted-printable "=" at the end."""
    lines: list[str] = []
    soft = False
    for line in text.split("\n")[:LINES_MAX]:
        if soft or (line[:1] in (" ", "\t") and lines):
            lines[-1] = lines[-1][:-1] + line if soft else lines[-1] + line[1:]
        else:
            lines.append(line)
        soft = lines[-1].endswith("=") and "QUOTED-PRINTABLE" in lines[-1].upper()
    return lines


def _blocks(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = []
    inside = False
    for line in lines:
        said = line.strip().upper()
        if said == "BEGIN:VCARD":
            inside = len(blocks) < CARDS_MAX
            if inside:
                blocks.append([])
        elif said == "END:VCARD":
            inside = False
        elif inside:
            blocks[-1].append(line)
    return blocks


def _vcard(lines: list[str]) -> Card:
    card, formal = Card(), ""
    job = ""
    for line in lines:
        head, colon, raw = _split_head(line)
        if not colon:
            continue
        name, *parameters = [part.strip().upper() for part in head.split(";")]
        name = name.rpartition(".")[2]
        value = _decoded(raw, parameters)
        parts = [_plain(part) for part in re.split(r"(?<!\\);", value)]
        match name:
            case "FN":
                card.contact_name = card.contact_name or _plain(value)
            case "N":
                family, given, *_rest = [*parts, "", ""]
                formal = formal or (f"{family}{given}" if _is_han(family) else f"{given} {family}").strip()
            case "ORG":
                card.name = card.name or parts[0]
            case "EMAIL":
                card.email = card.email or _plain(value).removeprefix("mailto:").lower()
            case "TEL" if "FAX" not in " ".join(parameters):
                card.phone = card.phone or _plain(value).removeprefix("tel:")
            case "ADR":
                _box, _more, _street, city, _region, _code, country = [*parts, *[""] * 7][:7]
                card.city, card.country = card.city or city, card.country or country
            case "TITLE" | "ROLE":
                job = job or _plain(value)
            case "URL" | "NOTE":
                card.note = f"{card.note}\n{_plain(value)}".strip()[:2000]
    card.contact_name = card.contact_name or formal
    card.note = f"{job}\n{card.note}".strip() if job else card.note
    return card


def _split_head(line: str) -> tuple[str, str, str]:
    """Name with parameters, colon, value; a colon inside quotes is part of a parameter."""
    quoted = False
    for at, sign in enumerate(line[:2000]):
        if sign == '"':
            quoted = not quoted
        elif sign == ":" and not quoted:
            return line[:at], ":", line[at + 1 :]
    return line, "", ""


def _decoded(raw: str, parameters: list[str]) -> str:
    said = " ".join(parameters)
    charset = next((p.partition("=")[2] for p in parameters if p.startswith("CHARSET=")), "utf-8")
    try:
        if "QUOTED-PRINTABLE" in said:
            return quopri.decodestring(raw.encode("utf-8", "replace")).decode(charset, "replace")
        if re.search(r"ENCODING=(B|BASE64)\b", said):
            return base64.b64decode(raw, validate=True).decode(charset)
    except (LookupError, ValueError):
        return ""
    return raw


def _plain(text: str) -> str:
    """Escapes taken back, one line, nothing unprintable."""
    text = re.sub(r"\\([nN,;:\\])", lambda found: " " if found[1] in "nN" else found[1], text)
    return " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", text).split())[:250]


def _is_han(text: str) -> bool:
    return bool(text) and "\u3400" <= text[0] <= "\u9fff"


# -- MECARD -----------------------------------------------------------------------------------------------------------


def _mecard(text: str) -> Card:
    """MECARD:N:Family,Given;ORG:…;TEL:…;EMAIL:…;ADR:…;NOTE:…;; as codes on cards hold it."""
    card = Card()
    for part in re.split(r"(?<!\\);", text.partition(":")[2])[:100]:
        name, colon, raw = part.partition(":")
        value = _plain(re.sub(r"\\(.)", r"\1", raw) if colon else "")
        match name.strip().upper():
            case "N" if not card.contact_name:
                family, _comma, given = value.partition(",")
                family, given = family.strip(), given.strip()
                card.contact_name = f"{family}{given}" if _is_han(family) else f"{given} {family}".strip()
            case "ORG" | "C":
                card.name = card.name or value
            case "TEL" | "B" | "M":
                card.phone = card.phone or value
            case "EMAIL" | "E":
                card.email = card.email or value.lower()
            case "NOTE" | "URL" | "TITLE":
                card.note = f"{card.note}\n{value}".strip()
    return card
