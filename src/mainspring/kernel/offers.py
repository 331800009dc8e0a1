"""Names of verbs and fields as people call them: what a setting about another kind of record offers and shows.

A `fields.NameField` keeps such names; `of` says which:
  verb     one verb, or create, change, delete
  number   one field that holds an amount or a quantity
  fields   several fields, with blanks between
"""

from . import resource, shapes, workflow

WRITES = ("create", "change", "delete")


def offered(of: str, label: str) -> dict[str, str]:
    """{name: what people call it} of a record type's label; empty where there is no such type."""
    model = shapes.model_named(label)
    if model is None:
        return {}
    if of == "verb":
        writes = () if getattr(model, "read_only", False) else WRITES
        return {name: workflow.in_words(model, name) for name in (*writes, *(v.name for v in workflow.verbs_of(model)))}
    columns = [resource.column_of(model, f.name) for f in model._meta.concrete_fields if not f.primary_key]
    if of == "number":
        return {c.path: str(c.label) for c in columns if c.is_number and c.kind not in ("integer", "percent", "rate")}
    return {c.path: str(c.label) for c in columns if c.editable}


def said(of: str, label: str, value: str) -> dict[str, str]:
    """{name: in words} of what a field keeps; a name nobody knows any more stays as it is."""
    names = value.replace(",", " ").split() if of == "fields" else [value]
    known = offered(of, label) if value else {}
    return {name: known.get(name, name) for name in names if name}
