"""The description of the calls for files and notes of a record."""

WHO = {
    "shared": {"type": "boolean", "description": "The partner reads it too"},
    "by": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
}
FILE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "content_type": {"type": "string"},
        "field": {"type": "string", "description": "The attachment field that holds it, or empty"},
        **WHO,
    },
}
NOTE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "text": {"type": "string"},
        "edited_at": {"type": ["string", "null"], "format": "date-time"},
        **WHO,
    },
}
SHARED = {"type": "boolean", "default": False}
UPLOAD = {
    "x-media": "multipart/form-data",
    "type": "object",
    "properties": {"file": {"type": "string", "format": "binary"}, "shared": SHARED},
    "required": ["file"],
}
STAGED = {**UPLOAD, "properties": {"file": UPLOAD["properties"]["file"]}}
CONTENT = {"x-media": "application/octet-stream", "type": "string", "format": "binary"}
MARK = {"type": "object", "properties": {"shared": SHARED}, "required": ["shared"]}


def paths(base: str, one: str, call, identity: list, repeat: dict) -> dict:
    """Addresses of the files and notes of one kind of record. `call` writes one operation."""
    file, note = (
        [*identity, {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}]
        for name in ("file", "note")
    )
    sent = {"status": "201", "also": ("415",)}
    return {
        f"{base}files/": {
            "post": call("StageFile", "A file for an attachment field", FILE, parameters=[repeat], body=STAGED, **sent)
        },
        f"{one}files/": {
            "get": call("Files", "Files of the record", _list(FILE), parameters=identity),
            "post": call("Attach", "Attach a file", FILE, parameters=[*identity, repeat], body=UPLOAD, **sent),
        },
        f"{one}files/{{file}}/": {
            "get": call("FileContent", "The content of a file", CONTENT, parameters=file),
            "patch": call(
                "ShareFile", "Share a file with the partner", FILE, parameters=file, body=MARK, also=("415",)
            ),
            "delete": call("Detach", "Remove a file", None, parameters=file, status="204", also=("415",)),
        },
        f"{one}notes/": {
            "get": call("Notes", "Notes on the record", _list(NOTE), parameters=identity),
            "post": call(
                "AddNote",
                "Write a note",
                NOTE,
                parameters=[*identity, repeat],
                body={
                    "type": "object",
                    "properties": {"text": {"type": "string", "maxLength": 20000}, "shared": SHARED},
                    "required": ["text"],
                },
                **sent,
            ),
        },
        f"{one}notes/{{note}}/": {
            "patch": call(
                "ChangeNote",
                "Share a note with the partner, or change one's own",
                NOTE,
                parameters=note,
                body={"type": "object", "properties": {"text": {"type": "string"}, "shared": {"type": "boolean"}}},
                also=("415",),
            )
        },
    }


def _list(one: dict) -> dict:
    return {"type": "object", "properties": {"results": {"type": "array", "items": one}}}
