"""The OpenAPI document for people: one page that loads nothing, from here or from elsewhere."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#22222a;--quiet:#5c5c68;--line:#d9d9e0;--page:#fff;--code:#f4f4f7}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8ee;--quiet:#a6a6b2;--line:#3a3a44;--page:#14161c;--code:#20232b}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
body{max-width:56rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .4rem}p.quiet{color:var(--quiet);margin:0 0 1rem}
h3{font-size:1rem;margin:1.4rem 0 .3rem}
code,pre{font:14px/1.45 ui-monospace,monospace;background:var(--code);border-radius:4px}code{padding:.1rem .3rem}
pre{padding:.8rem;overflow-x:auto}pre code{padding:0}
table{border-collapse:collapse;width:100%}a{color:inherit}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
td{overflow-wrap:break-word}td:first-child{white-space:nowrap}
"""


def docs_page(document: Mapping[str, Any]) -> str:
    """The page, HTML in UTF-8, of an OpenAPI document as `emotion.api.openapi` makes it."""
    info, base = document["info"], document["servers"][0]["url"]
    operations = [
        _operation(method, base + path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    token = document["components"]["securitySchemes"]["token"]["description"]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(info['title'])} API</title><style>{STYLE}</style>"
        f"<h1>{escape(info['title'])} API</h1><p class=quiet>Version {escape(info['version'])}, "
        f"<a href=openapi.json>openapi.json</a></p>{_text(info['description'])}"
        f"<h3>Token</h3><p>{_words(token)} It is sent as <code>Authorization: Bearer TOKEN</code>.</p>"
        f"<pre><code>curl --data-binary @class.jpg -H 'Content-Type: image/jpeg' http://localhost:8501{escape(base)}"
        f"/predict</code></pre>{''.join(operations)}<h2>What answers hold</h2>{''.join(schemas)}</html>"
    )


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        f"<tr><td>{escape(status)}<td>{_words(response['description'])}<td>{_content(response)}"
        for status, response in operation["responses"].items()
    ]
    body = ", ".join(f"<code>{escape(kind)}</code>" for kind in operation.get("requestBody", {}).get("content", {}))
    takes = f"<p>Takes {body}.</p>" if body else ""
    return (
        f"<h2 id={escape(operation['operationId'])}><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p class=quiet>{escape(operation['summary'])}</p>{_text(operation['description'])}{takes}"
        f"<table><tr><th>status<th>meaning<th>body{''.join(rows)}</table>"
    )


def _content(response: Mapping[str, Any]) -> str:
    names = [content["schema"]["$ref"].rpartition("/")[2] for content in response["content"].values()]
    return ", ".join(f"<a href='#{escape(name)}'>{escape(name)}</a>" for name in names)


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        f"<tr><td><code>{escape(field)}</code><td>{_type(of)}<td>{_words(of.get('description', ''))}"
        for field, of in schema.get("properties", {}).items()
    ]
    meaning = "<th>meaning" if any("description" in of for of in schema.get("properties", {}).values()) else ""
    table = f"<table><tr><th>field<th>type{meaning}{''.join(rows)}</table>" if rows else ""
    values = ", ".join(f"<code>{escape(value)}</code>" for value in schema.get("enum", []))
    return f"<h3 id={escape(name)}>{escape(name)}</h3>{_text(schema.get('description', ''))}<p>{values}</p>{table}"


def _type(schema: Mapping[str, Any]) -> str:
    """A schema in a word or two: "integer", "list of FaceAnswer", "Emotion or null"."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"<a href='#{escape(name)}'>{escape(name)}</a>"
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}" if schema.get("items") else "list"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"{_type(schema['additionalProperties'])} for each {_type(schema.get('propertyNames', {}))}"
    return escape(str(schema.get("type", "name")))


def _text(text: str) -> str:
    return f"<p>{_words(text)}</p>" if text else ""


def _words(text: str) -> str:
    """Escaped, with `this` as code."""
    pieces = escape(text, quote=False).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
