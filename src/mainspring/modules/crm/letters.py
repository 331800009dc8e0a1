"""A mail as it came over the wire, read without trust: sizes are bounded, and whatever is odd is left out.

Pure functions: bytes in, a `Letter` out; nothing is fetched and nothing is written.
"""

import email
import email.utils
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as policy
from html.parser import HTMLParser

TEXT_MAX = 20_000
PARTS_MAX = 200
FILES_MAX = 20
FILE_BYTES_MAX = 15_000_000
LOCAL = re.compile(r"[^@\s<>,;:\"\\()\[\]]{1,64}@[^@\s<>,;:\"\\()\[\]]{1,190}\Z")


@dataclass
class Letter:
    """What a mail says.

    message_id   with its angle brackets; "" when it has none
    sender       bare address in small letters, "" when there is none that could be one
    text         without quotation and signature
    refers_to    message ids it answers
    automatic    why it was written by a program, "" when a person seems to have
    files        (name, content) of what is attached
    """

    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    at: datetime | None = None
    refers_to: list[str] = field(default_factory=list)
    automatic: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read(raw: bytes) -> Letter:
    """The mail; parts that cannot be read are passed over."""
    message = email.message_from_bytes(raw, policy=policy)
    name, address = _sender(message)
    plain, html, files = _parts(message)
    return Letter(
        message_id=next(iter(_identifiers(message, "Message-ID")), ""),
        sender=address,
        sender_name=name,
        subject=one_line(_header(message, "Subject"))[:250],
        text=unquoted(plain if plain.strip() else text_of(html))[:TEXT_MAX],
        at=_moment(message),
        refers_to=(_identifiers(message, "In-Reply-To") + _identifiers(message, "References"))[:50],
        automatic=_automatic(message, address),
        files=files,
    )


def one_line(text: str) -> str:
    """The text without control characters and line breaks: fit for a name or a subject."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", text).split())


def _header(message, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except Exception:  # the standard parser stumbles over some malformed headers in many ways
        return ""


def _identifiers(message, name: str) -> list[str]:
    return [found[:250] for found in re.findall(r"<[^<>\s]{1,248}>", _header(message, name)[:20_000])]


def _sender(message) -> tuple[str, str]:
    name, address = email.utils.parseaddr(_header(message, "From")[:1000])
    address = address.strip().lower()
    return one_line(name)[:120], address if LOCAL.fullmatch(address) and "." in address.rpartition("@")[2] else ""


def _moment(message) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found if 1990 < found.year < 2190 else None


NOBODY = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+.=-]|@)")


def _automatic(message, address: str) -> str:
    """Why nobody is to be answered: bounces, absence notes, lists and other programs (RFC 3834)."""
    said = _header(message, "Auto-Submitted").strip().lower()
    if said and not said.startswith("no"):
        return "Auto-Submitted"
    if _header(message, "Return-Path").strip() == "<>" or NOBODY.match(address):
        return "bounce"
    if message.get_content_type() == "multipart/report":
        return "report"
    if _header(message, "Precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return "Precedence"
    for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id", "List-Unsubscribe", "X-Loop"):
        if message.get(name) is not None:
            return name
    return ""


# -- parts ------------------------------------------------------------------------------------------------------------


def _parts(message: EmailMessage) -> tuple[str, str, list[tuple[str, bytes]]]:
    """(plain text, html, files): the first text of each kind is the mail's own."""
    plain, html, files = "", "", []
    for count, part in enumerate(message.walk()):
        if count > PARTS_MAX:
            break
        if part.is_multipart():
            continue
        kind, name = part.get_content_type(), _file_name(part)
        content = _content(part)
        if content is None:
            continue
        if not name and kind == "text/plain" and not plain:
            plain = _decoded(part, content)
        elif not name and kind == "text/html" and not html:
            html = _decoded(part, content)
        elif name and content and len(files) < FILES_MAX and len(content) <= FILE_BYTES_MAX:
            files.append((name, content))
    return plain, html, files


def _file_name(part) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # as above
        name = ""
    return one_line(name).replace("/", "_").replace("\\", "_")[:120]


def _content(part) -> bytes | None:
    try:
        found = part.get_payload(decode=True)
    except Exception:  # as above
        return None
    return found if isinstance(found, bytes) else None


def _decoded(part, content: bytes) -> str:
    for charset in (part.get_content_charset() or "utf-8", "utf-8", "gb18030"):
        try:
            return content[: TEXT_MAX * 20].decode(charset).replace("\x00", "")
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return content[: TEXT_MAX * 20].decode("utf-8", "replace").replace("\x00", "")


# -- text -------------------------------------------------------------------------------------------------------------


class _Text(HTMLParser):
    """The words of a page, a line for each block; what is quoted and what is no text is left out."""

    BLOCKS = frozenset(
        ["p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre", "hr"]
    )
    SILENT = frozenset(["script", "style", "head", "title", "template"])

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag, attrs):
        quoted = tag == "blockquote" or (tag == "div" and "gmail_quote" in (dict(attrs).get("class") or ""))
        hides = tag in self.SILENT or quoted or (self.silent and tag == self.silent[-1])
        if hides and len(self.silent) < 1000:
            self.silent.append(tag)
        if tag in self.BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag):
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        if tag in self.BLOCKS:
            self.found.append("\n")

    def handle_data(self, data):
        if not self.silent:
            self.found.append(re.sub(r"\s+", " ", data))


def text_of(html: str) -> str:
    """The words of an HTML mail."""
    reader = _Text()
    try:
        reader.feed(html[: TEXT_MAX * 20])
        reader.close()
    except Exception:  # what was read until then is kept
        pass
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


QUOTED_FROM = re.compile(
    r"""^(
        -{2,}\s*(original\s+message|forwarded\s+message|pradinis\s+laiškas|persiųstas\s+laiškas|原始邮件|转发邮件)\s*-{2,}
      | _{20,}
      | (on|am|le)\s.{6,180}(wrote|schrieb|écrit)\s?:
      | \d{4}[-.\s].{4,180}\s(rašė|parašė):
      | .{0,160}[\d@].{0,160}\s(rašė|parašė):
      | 在.{4,160}写道[:：]
      | (from|nuo|发件人|von)\s?[:：].{3,200}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
HEADINGS = re.compile(
    r"(sent|date|to|subject|išsiųsta|kam|tema|data|发送时间|日期|收件人|主题|gesendet|an|betreff)\s?[:：]",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"^--\s?$")


def unquoted(text: str) -> str:
    """What the sender wrote: without the quoted mail, its heading and the signature, in any of our languages.

    A mail that is nothing but a quotation is kept as it is.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        joined = f"{stripped} {lines[number + 1].strip()}" if number + 1 < len(lines) else stripped
        heading = QUOTED_FROM.match(stripped) or (len(joined) < 200 and QUOTED_FROM.match(joined) and stripped)
        if SIGNATURE.match(line) or (heading and _quotes_follow(stripped, lines, number)):
            break
        if not stripped.startswith(">"):
            kept.append(line.rstrip())
    found = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return found or text.strip()


def _quotes_follow(line: str, lines: list[str], number: int) -> bool:
    """A "From:" alone may be a person's own words; with further headings after it, it begins a quotation."""
    if not re.match(r"(from|nuo|发件人|von)\s?[:：]", line, re.IGNORECASE):
        return True
    following = [one.strip() for one in lines[number + 1 : number + 6]]
    return sum(bool(HEADINGS.match(one)) for one in following) >= 2
