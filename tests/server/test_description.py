"""The OpenAPI description: true, and readable."""

from __future__ import annotations

import re

import schemathesis

from mien.server.app import create_app
from mien.server.reading.answers import FrameAnswer, ModelsAnswer
from mien.server.reference import reference_page
from mien.server.settings import Settings

from .described import assert_as_described, cases

TOKEN = "a-token-of-the-tests-0123456789"
APP = create_app(Settings(allowed_hosts=("testserver",), token=TOKEN, max_fps=10_000))
schema = schemathesis.openapi.from_asgi("/openapi.json", APP)


@schema.parametrize()
@cases(40)
def test_every_answer_is_as_described(case):
    assert_as_described(case, TOKEN)


def test_answers_have_exactly_the_described_keys(client, jpeg):
    FrameAnswer.model_validate(client.post("/v1/analyze?explain=1", content=jpeg).json())
    found = ModelsAnswer.model_validate(client.get("/v1/models").json())
    (model,) = found.models
    assert model.default
    assert model.labels[3] == "happy"
    assert found.limits.max_bytes == Settings().max_bytes


def test_the_page_of_the_api_tells_all_routes_and_loads_only_its_own(client):
    page = client.get("/docs").text
    for path in (*client.get("/openapi.json").json()["paths"], "/v1/live"):
        assert path in page
    assert "<script" not in page and "style=" not in page
    for target in re.findall(r'(?:href|src)="([^"]+)"', page):
        if target.startswith("#"):
            assert f'id="{target[1:]}"' in page
        else:
            assert target.startswith("/")
            assert client.get(target).status_code == 200, target


def test_metrics_count(client, jpeg):
    def value(name: str) -> float:
        text = client.get("/metrics").text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        return float(found[1]) if found else 0.0

    names = {
        'mien_requests_total{route="/v1/analyze",status="200"}': 1,
        'mien_requests_total{route="unknown",status="404"}': 2,
        'mien_request_seconds_count{route="/v1/analyze"}': 1,
        'mien_frames_analyzed_total{source="photo"}': 1,
        'mien_faces_total{source="photo"}': 1,
    }
    before = {name: value(name) for name in names}
    client.post("/v1/analyze", content=jpeg)
    for path in ("/one", "/two"):
        client.get(path)
    assert {name: value(name) - before[name] for name in names} == names
    assert "/one" not in client.get("/metrics").text
    assert client.get("/metrics").headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_health(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_the_page_of_the_api_names_types_choices_and_code():
    page = reference_page(
        {
            "info": {"title": "A & B", "version": "1", "summary": "S."},
            "paths": {
                "/v1/x": {
                    "get": {
                        "summary": "Look",
                        "description": "The ``key`` <of> it",
                        "parameters": [
                            {"name": "rule", "schema": {"$ref": "#/components/schemas/Rule"}},
                            {
                                "name": "face",
                                "schema": {
                                    "anyOf": [
                                        {"type": "integer", "minimum": 1, "maximum": 9},
                                        {"type": "null"},
                                    ]
                                },
                            },
                        ],
                        "responses": {},
                    }
                }
            },
            "components": {"schemas": {"Rule": {"enum": ["mean", "min"], "type": "string"}}},
        }
    )
    assert "The <code>key</code> &lt;of&gt; it" in page and "A &amp; B 1: the API" in page
    assert '<code>?rule</code> (<a href="#Rule">Rule</a>)' in page
    assert "<code>?face</code> (integer, 1 to 9 or null)" in page
    assert "One of: <code>mean</code>, <code>min</code>" in page
