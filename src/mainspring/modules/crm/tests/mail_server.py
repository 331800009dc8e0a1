"""A mailbox on a real socket: as much of IMAP (RFC 3501) as a careful client needs, and a note of what it asked."""

import re
import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Box:
    """Folders of mails [uid, raw, flags]; what was asked, for looking into; `dies_at`: a command it breaks off at."""

    folders: dict[str, list] = field(default_factory=lambda: {"INBOX": [], "Done": []})
    asked: list[str] = field(default_factory=list)
    dies_at: str = ""
    next_uid: int = 1

    def put(self, raw: bytes, folder: str = "INBOX") -> None:
        self.folders[folder].append([self.next_uid, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), set()])
        self.next_uid += 1


class Session(socketserver.StreamRequestHandler):
    """One client; the server carries the box."""

    def handle(self):
        self.box, self.folder = self.server.box, None
        self.say("* OK ready")
        while line := self.rfile.readline(70_000):
            tag, _space, rest = line.decode("latin-1").rstrip("\r\n").partition(" ")
            self.box.asked.append(rest if "LOGIN" not in rest else "LOGIN")
            if self.box.dies_at and self.box.dies_at in rest:
                return
            name, _space, given = rest.partition(" ")
            if not self.answer(tag, name.upper(), given):
                return

    def say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def answer(self, tag: str, name: str, given: str) -> bool:
        if name == "UID":
            name, _space, given = given.partition(" ")
            name = name.upper()
        match name:
            case "CAPABILITY":
                self.say("* CAPABILITY IMAP4rev1")
            case "LOGIN":
                if given != '"sales" "se\\"cret"':
                    self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong")
                    return True
            case "SELECT":
                self.folder = self.box.folders.get(given.strip('"'))
                if self.folder is None:
                    self.say(f"{tag} NO no such folder")
                    return True
                self.say(f"* {len(self.folder)} EXISTS")
            case "SEARCH":
                unseen = [str(uid) for uid, _raw, flags in self.folder if "\\Seen" not in flags]
                self.say("* SEARCH " + " ".join(unseen))
            case "FETCH":
                self.fetch(given)
            case "STORE":
                uid = int(given.split()[0])
                for mail in self.folder:
                    if mail[0] == uid:
                        mail[2] |= set(re.findall(r"\\\w+", given))
            case "COPY":
                uid, _space, target = given.partition(" ")
                if target.strip('"') not in self.box.folders:
                    self.say(f"{tag} NO [TRYCREATE] no such folder")
                    return True
                self.box.put(next(m[1] for m in self.folder if m[0] == int(uid)), target.strip('"'))
            case "EXPUNGE":
                self.folder[:] = [mail for mail in self.folder if "\\Deleted" not in mail[2]]
            case "LOGOUT":
                self.say("* BYE")
                self.say(f"{tag} OK bye")
                return False
        self.say(f"{tag} OK {name} done")
        return True

    def fetch(self, given: str) -> None:
        uid = int(given.split()[0])
        for number, (own, raw, _flags) in enumerate(self.folder, 1):
            if own != uid:
                continue
            if "RFC822.SIZE" in given:
                self.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
            else:
                part = raw if "BODY.PEEK[]" in given else raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                self.wfile.write(f"* {number} FETCH (UID {uid} BODY[] {{{len(part)}}}\r\n".encode() + part + b")\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def running(box: Box):
    """The port at which the box answers."""
    with Server(("127.0.0.1", 0), Session) as server:
        server.box = box
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)
