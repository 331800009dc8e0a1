"""The OpenAPI description: one set of addresses for each resource the reader may see, written from its columns."""

from mainspring.kernel import access, query, resource, workflow

from . import attached_schema, auth, present

NUMBER = {"type": "string", "format": "decimal"}
LINK = {
    "type": "object",
    "properties": {"id": {"type": ["integer", "string"]}, "label": {"type": "string"}},
    "required": ["id"],
}
KINDS: dict[str, tuple[dict, object]] = {
    "text": ({"type": "string"}, "text"),
    "longtext": ({"type": "string"}, "text"),
    "integer": ({"type": "integer"}, 1),
    "bool": ({"type": "boolean"}, True),
    "date": ({"type": "string", "format": "date"}, "2026-03-02"),
    "datetime": ({"type": "string", "format": "date-time"}, "2026-03-02T09:30:00Z"),
    "json": ({}, {}),
    "links": ({"type": "array", "items": LINK}, [1]),
    "attachment": (
        {
            "type": "object",
            "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
            "description": "A file sent to …/files/ before, by its id",
        },
        {"id": 1},
    ),
}
PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "value": {},
                    "rule": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
    "example": {
        "type": "about:blank",
        "title": "Invalid input",
        "status": 422,
        "detail": "This field is required.",
        "errors": [{"field": "lines.0.item", "value": None, "rule": "null", "message": "This field is required."}],
    },
}
REFUSALS = {
    "400": "The question was not understood",
    "401": "Sign in",
    "403": "Not allowed",
    "404": "Not found, or not in sight",
    "409": "Not possible in this state",
    "422": "Broken rules, all of them",
    "429": "Too many calls",
}


def add_resources(result, generator, request, public):
    """Hook of drf-spectacular: the generated frame, completed with every resource."""
    ctx = auth.context(request) if request is not None and request.user else None
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    result["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    result["security"] = [{"token": []}]
    for key, found in sorted(resource.registry.items()):
        if ctx is None or access.can(ctx, found.model, "view"):
            result["paths"].update(_paths(key, found, ctx, schemas))
    return result


def _paths(key: str, of: resource.Resource, ctx, schemas: dict) -> dict:
    name = "".join(part.capitalize() for part in key.replace("/", "-").split("-"))
    columns, custom = _columns(of, ctx), _custom(of)
    writable = [c for c in columns if c.editable and not c.compute and "__" not in c.path]
    lines = of.line_columns()
    schemas[name] = _record(columns, custom, lines)
    schemas[f"{name}Change"] = _body(writable, custom, [c for c in lines if c.editable])
    base, one, tags = f"/api/v1/{key}/", f"/api/v1/{key}/{{id}}/", [of.module]
    shown, sent = {"$ref": f"#/components/schemas/{name}"}, {"$ref": f"#/components/schemas/{name}Change"}
    page = {
        "type": "object",
        "properties": {
            "results": {"type": "array", "items": shown},
            "next": {"type": ["string", "null"]},
            "previous": {"type": ["string", "null"]},
            "count": {"type": "integer"},
        },
    }
    repeat = _header("Idempotency-Key", "A repeated call with the same key gets the first answer")
    match = _header("If-Match", "The ETag of the version you read, or *", required=True)
    identity = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]

    def call(code: str, summary: str, answer, *, parameters=(), body=None, status="200", also=()):
        found = {
            "operationId": f"{name}{code}",
            "summary": summary,
            "tags": tags,
            "parameters": list(parameters),
            "responses": {status: {"description": "Done", **_content(answer)}} | _refusals(also),
        }
        return found | ({"requestBody": {"required": True, **_content(body)}} if body else {})

    found = {
        base: {
            "get": call("List", of.plural, page, parameters=_filters(of, columns)),
            "post": call(
                "Create",
                f"New: {of.singular}",
                shown,
                parameters=[repeat],
                body=sent,
                status="201",
                also=("202", "405", "415"),
            ),
        },
        one: {
            "get": call("Read", of.singular, shown, parameters=[*identity, _parameter("fields", "Only these fields")]),
            "patch": call(
                "Change",
                f"Change: {of.singular}",
                shown,
                parameters=[*identity, match],
                body=sent,
                also=("412", "415", "428"),
            ),
            "delete": call(
                "Delete",
                f"Delete: {of.singular}",
                None,
                parameters=[*identity, match],
                status="204",
                also=("412", "415", "428"),
            ),
        },
        f"{one}verbs/": {
            "get": call("Verbs", "What can be done now, and why not", {"type": "object"}, parameters=identity)
        },
        f"{base}pivot/": {
            "get": call(
                "Pivot",
                "Sums by dimensions",
                {"type": "object"},
                parameters=[
                    _parameter("dimensions", "For example state,ordered_on:month"),
                    _parameter("measures", "For example total,total:avg"),
                ],
            )
        },
        f"{base}bulk/": {
            "post": call(
                "Bulk",
                "Many operations, all or none, or each for itself",
                {"type": "object"},
                parameters=[repeat],
                body=_bulk(writable),
                also=("202", "415"),
            )
        },
    }
    found |= attached_schema.paths(base, one, call, identity, repeat)
    for verb in workflow.verbs_of(of.model):
        if not verb.hidden:
            asked = {i.name: _input(i) for i in verb.ask}
            body = {"type": "object", "properties": asked, "required": [i.name for i in verb.ask if i.required]}
            found[f"{one}do/{verb.name}/"] = {
                "post": call(
                    f"Do{verb.name.capitalize()}",
                    verb.title,
                    shown,
                    parameters=[*identity, repeat],
                    body={k: v for k, v in body.items() if v},
                    also=("202", "412", "415"),
                )
            }
    return found


def _columns(of, ctx) -> list:
    paths = present.paths(of)
    if ctx is None:
        return [of.column(p) for p in paths]
    return present.View(of, ctx).columns


def _custom(of) -> dict:
    return {c.path[7:]: _schema(c) for c in of.custom_columns()}


def _schema(column) -> dict:
    if column.kind in ("choice", "state") and not column.is_open:
        found = {"type": "string", "enum": [str(k) for k, _label in column.choices]}
    elif column.kind == "link":
        found = LINK if not column.is_custom else {"type": "string"}
    elif column.is_number and column.kind != "integer":
        found = NUMBER
    else:
        found = KINDS.get(column.kind, KINDS["text"])[0]
    return {**found, "title": str(column.label)} | ({"description": str(column.help)} if column.help else {})


def _properties(columns, custom, lines, shape) -> dict:
    """Properties of a record with its custom fields and lines; shape(column) describes one value."""
    found = {c.path: shape(c) for c in columns}
    if custom:
        found["custom"] = {"type": "object", "properties": custom}
    if lines:
        of_line = {"id": {"type": "integer"}} | {c.path: shape(c) for c in lines}
        found["lines"] = {"type": "array", "items": {"type": "object", "properties": of_line}}
    return found


def _record(columns, custom, lines) -> dict:
    known = _properties(columns, custom, lines, lambda c: _nullable(_schema(c)))
    return {"type": "object", "properties": {"id": {"type": ["integer", "string"]}} | known}


def _body(columns, custom, lines) -> dict:
    example = {c.path: _example(c) for c in columns if c.required}
    if lines:
        example["lines"] = [{c.path: _example(c) for c in lines if c.required}]
    return {"type": "object", "properties": _properties(columns, custom, lines, _written), "example": example}


def _written(column) -> dict:
    found = _schema(column)
    if column.kind == "link":
        return {
            "title": found["title"],
            "description": 'A key, {"id": …} or {"code": …}',
            "anyOf": [{"type": ["integer", "string", "null"]}, {"type": "object"}],
        }
    if column.kind in ("links", "attachment"):
        key = {"type": ["integer", "string", "object"]}
        return {"title": found["title"], **({"type": "array", "items": key} if column.kind == "links" else key)}
    if found.get("format") == "decimal":
        return {**found, "type": ["string", "number"]}
    return found if column.required else _nullable(found)


def _nullable(found: dict) -> dict:
    kinds = found.get("type")
    if not kinds:
        return found
    found = {**found, "type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}
    return {**found, "enum": [*found["enum"], "", None]} if "enum" in found else found


def _example(column):
    if column.choices:
        return str(column.choices[0][0])
    if column.kind == "link":
        return 1
    return "1.5" if column.is_number and column.kind != "integer" else KINDS.get(column.kind, KINDS["text"])[1]


def _input(one: workflow.Input) -> dict:
    kinds = {
        "integer": {"type": "integer"},
        "decimal": {"type": ["string", "number"]},
        "bool": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "link": {"type": ["integer", "string"]},
    }
    found = {**kinds.get(one.kind, {"type": "string"}), "title": str(one.label or one.name)}
    return found | ({"enum": [k for k, _label in one.choices]} if one.choices else {})


def _bulk(writable) -> dict:
    return {
        "type": "object",
        "properties": {
            "atomic": {"type": "boolean", "default": True},
            "operations": {
                "type": "array",
                "maxItems": 1000,
                "items": {
                    "type": "object",
                    "properties": {
                        "op": {"enum": ["create", "change", "do", "delete"]},
                        "id": {"type": ["integer", "string"]},
                        "version": {"type": "integer"},
                        "verb": {"type": "string"},
                        "values": {"type": "object"},
                        "inputs": {"type": "object"},
                    },
                    "required": ["op"],
                },
            },
        },
        "required": ["operations"],
        "example": {
            "atomic": False,
            "operations": [{"op": "create", "values": {c.path: _example(c) for c in writable if c.required}}],
        },
    }


def _filters(of, columns) -> list[dict]:
    found = [
        _parameter("q", "Search"),
        _parameter("order", "Fields to sort by, - for falling"),
        _parameter(
            "size",
            f"Records a page, at most {query.SIZE_MAX}",
            {"type": "integer", "minimum": 1, "maximum": query.SIZE_MAX},
        ),
        _parameter("after", "Cursor; follow the next link"),
        _parameter("before", "Cursor; follow the previous link"),
        _parameter("fields", "Only these fields"),
        _parameter("count", "exact: count all records", {"enum": ["exact"]}),
    ]
    for column in columns:
        if column.compute is None and column.kind not in ("json", "links", "attachment"):
            found.append(
                _parameter(
                    column.path,
                    f"{column.label}; operators: {column.path}__gte=, __lt=, __in=, __ne=, "
                    "__contains=, __between=, __empty=",
                )
            )
    return found


def _parameter(name: str, text: str, schema: dict | None = None) -> dict:
    return {"name": name, "in": "query", "description": text, "schema": schema or {"type": "string"}}


def _header(name: str, text: str, *, required: bool = False) -> dict:
    return {"name": name, "in": "header", "required": required, "description": text, "schema": {"type": "string"}}


def _content(schema) -> dict:
    """Content of a body or answer; JSON, unless the schema says another `x-media`."""
    if schema is None:
        return {}
    media = schema.get("x-media", "application/json")
    return {"content": {media: {"schema": {k: v for k, v in schema.items() if k != "x-media"}}}}


def _refusals(also) -> dict:
    texts = REFUSALS | {
        "202": "Waits for approval",
        "405": "Not possible here",
        "412": "Changed meanwhile",
        "415": "Send JSON",
        "428": "If-Match is needed",
    }
    return {
        code: {
            "description": texts[code],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for code in sorted({*REFUSALS, *also})
    }
