"""``/docs``: the OpenAPI description as a page for people; no script, nothing from outside."""

from __future__ import annotations

import json
import re
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.responses import FileResponse, HTMLResponse

_STYLE = Path(__file__).parent / "reference.css"


def reference_router(app: FastAPI) -> APIRouter:
    """The page and its style sheet, for ``app.include_router``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def page() -> HTMLResponse:
        return HTMLResponse(reference_page(app.openapi()))

    @router.get("/docs/reference.css")
    async def style() -> FileResponse:
        return FileResponse(_STYLE, media_type="text/css")

    return router


def reference_page(description: dict[str, Any]) -> str:
    """The page.

    Parameters
    ----------
    description : dict
        OpenAPI 3.1.

    Returns
    -------
    str
        HTML.
    """
    info = description["info"]
    routes = "".join(
        _route(path, method, route)
        for path, methods in description["paths"].items()
        for method, route in methods.items()
    )
    forms = "".join(
        _form(name, schema) for name, schema in description["components"]["schemas"].items()
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(info["title"])}: the API</title>
<link rel="icon" href="/icons/mien.svg">
<link rel="stylesheet" href="/docs/reference.css">
</head>
<body>
<main>
<h1>{escape(info["title"])} {escape(info["version"])}: the API</h1>
<p>{escape(info["summary"])} The same for programs: <a href="/openapi.json">openapi.json</a>.
The live page: <a href="/">here</a>.</p>
{routes}
{_LIVE}
<h2>Forms</h2>
{forms}
</main>
</body>
</html>
"""


_LIVE = """<section>
<h2><span class="method">WS</span> /v1/live</h2>
<p>Read a camera. Send binary messages: 8 bytes with a clock of yours in milliseconds (float64,
little endian), then a JPEG. Each answer is JSON of the type <code>frame</code> or
<code>error</code>: <code>sent</code> is your clock, <code>dropped</code> counts the pictures left
out since the last answer because a newer one had come, <code>frame</code> is what was found; its
faces have a <code>track</code>, the person over time.</p>
<p>A text message changes how pictures are read from then on:</p>
<pre>{"type": "settings", "smooth_seconds": 0.6, "detect_every": 3}</pre>
</section>
"""


def _route(path: str, method: str, route: dict[str, Any]) -> str:
    parameters = "".join(
        f"<li><code>?{escape(each['name'])}</code> ({escape(_type(each['schema']))}): "
        f"{escape(each.get('description', ''))}</li>"
        for each in route.get("parameters", ())
    )
    bodies = ", ".join(
        f"<code>{escape(kind)}</code>" for kind in route.get("requestBody", {}).get("content", ())
    )
    rows = "".join(
        f"<tr><td>{escape(status)}</td><td>{escape(answer['description'])}</td>"
        f"<td>{_content(answer)}</td></tr>"
        for status, answer in route["responses"].items()
    )
    return f"""<section>
<h2><span class="method">{escape(method.upper())}</span> {escape(path)}</h2>
<p><strong>{escape(route["summary"])}.</strong> {_prose(route.get("description", ""))}</p>
{f"<p>Body: {bodies}</p>" if bodies else ""}
{f"<ul>{parameters}</ul>" if parameters else ""}
<table>
<thead>
<tr><th scope="col">status</th><th scope="col">meaning</th><th scope="col">answer</th></tr>
</thead>
<tbody>{rows}</tbody>
</table>
</section>
"""


def _form(name: str, schema: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(key)}</code></td><td>{_linked(value)}</td></tr>"
        for key, value in schema.get("properties", {}).items()
    )
    return f"""<section>
<h3 id="{escape(name)}">{escape(name)}</h3>
<p>{_prose(schema.get("description", ""))}</p>
<table>
<thead><tr><th scope="col">key</th><th scope="col">type</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</section>
"""


def _prose(text: str) -> str:
    """A docstring's text; what stands between double backquotes is code."""
    return re.sub("``(.+?)``", r"<code>\1</code>", escape(text))


def _content(answer: dict[str, Any]) -> str:
    return ", ".join(
        _linked(content["schema"]) if "$ref" in content["schema"] else escape(kind)
        for kind, content in answer.get("content", {}).items()
    )


def _linked(schema: dict[str, Any]) -> str:
    """A type, with a link to each form in it."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_linked, schema["anyOf"]))
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])} × {_linked(schema['prefixItems'][0])}"
    if schema.get("type") == "array":
        return f"list of {_linked(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"name → {_linked(schema['additionalProperties'])}"
    return escape(_type(schema))


def _type(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return json.dumps(schema["const"])
    kind = schema.get("type", "any")
    if "minimum" in schema:
        return f"{kind}, {schema['minimum']:g} to {schema['maximum']:g}"
    return str(kind)
