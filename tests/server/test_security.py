from __future__ import annotations

import re

import pytest
from starlette.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from mien.server.session import COOKIE, SESSION_SECONDS, Gate

from .conftest import running

TOKEN = "a-token-of-the-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def guarded():
    with running(token=TOKEN, allowed_hosts=("faces.example.org",)) as found:
        yield found


def asked(client, path="/v1/models", **headers) -> int:
    answer = client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    if answer.status_code >= 400:
        assert answer.json()["error"]["status"] == answer.status_code
    return answer.status_code


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8765", "[::1]:99"])
def test_names_of_this_computer_pass(client, host):
    assert asked(client, Host=host) == 200


@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/models", "/metrics", "/docs"])
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_other_names_are_refused_everywhere(client, path, host):
    assert asked(client, path, Host=host) == 421


@pytest.mark.parametrize("host", ["a b", "localhost; script-src *", "user@localhost", "[::1"])
def test_what_is_no_host_is_refused(client, host):
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "script-src" not in answer.headers.get("Content-Security-Policy", "")


def test_a_name_that_was_allowed_passes(guarded):
    with guarded.client() as client:
        assert asked(client, Host="faces.example.org", **BEARER) == 200
        assert asked(client, Host="other.example.org", **BEARER) == 421


def test_the_page_itself_may_ask(client):
    assert asked(client, Host="localhost:8765", Origin="http://localhost:8765") == 200
    assert asked(client, Host="localhost:8765", Origin="https://localhost:8765") == 200
    assert asked(client, Sec_Fetch_Site="same-origin") == 200


@pytest.mark.parametrize("path", ["/v1/models", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Origin": "chrome-extension://localhost:8765"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_other_pages_may_not(client, path, headers):
    assert asked(client, path, Host="localhost:8765", **headers) == 403


def test_other_pages_may_link_to_the_page(client):
    assert asked(client, "/", Sec_Fetch_Site="cross-site") == 200


@pytest.mark.parametrize("path", ["/", "/v1/models", "/nothing", "/docs"])
def test_security_headers_are_on_every_answer(client, path):
    headers = client.get(path, headers={"Host": "localhost:8765"}).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers
    assert "Server" not in headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://localhost:8765 wss://localhost:8765"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == ("no-store" if path.startswith("/v1/") else "no-cache")


@pytest.mark.parametrize("path", ["/v1/models", "/metrics", "/v1/nothing"])
@pytest.mark.parametrize(
    "header",
    [
        None,
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer",
        f"Basic {TOKEN}",
        b"Bearer \xff\xfe",
    ],
)
def test_without_the_token_it_is_401(guarded, path, header):
    with guarded.client() as client:
        answer = client.get(path, headers=[] if header is None else [("Authorization", header)])
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert TOKEN not in answer.text


def test_with_the_token_it_answers(guarded, jpeg):
    with guarded.client() as client:
        assert client.post("/v1/analyze", content=jpeg).status_code == 401
        assert client.post("/v1/analyze", content=jpeg, headers=BEARER).status_code == 200
        assert asked(client, "/metrics", Authorization=f"bearer {TOKEN}") == 200


def test_page_health_and_docs_need_no_token(guarded):
    with guarded.client() as client:
        for path in ("/", "/healthz", "/docs", "/openapi.json"):
            assert asked(client, path) == 200


def test_a_session_is_a_cookie_for_the_page(guarded):
    with guarded.client() as client:
        assert client.post("/v1/session").status_code == 401
        answer = client.post("/v1/session", headers=BEARER)
        assert answer.status_code == 204
        attributes = answer.headers["Set-Cookie"].lower().split("; ")
        assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(attributes)
        assert "secure" not in attributes
        assert TOKEN not in answer.headers["Set-Cookie"]
        assert asked(client) == 200
        cookie = f"{COOKIE}={answer.cookies[COOKIE]}"
        with connect(guarded.live, additional_headers={"Cookie": cookie}):
            pass
        assert asked(client, Origin="http://evil.example") == 403
        client.cookies.clear()
        assert asked(client) == 401


def test_behind_tls_the_cookie_is_secure(guarded):
    with guarded.client() as client:
        same = {"Host": "faces.example.org", "Origin": "https://faces.example.org"}
        answer = client.post("/v1/session", headers={**BEARER, **same})
        assert "secure" in answer.headers["Set-Cookie"].lower().split("; ")


def test_without_a_token_there_is_no_cookie(client):
    answer = client.post("/v1/session")
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


def test_cookies_end_and_cannot_be_forged():
    now = 1000.0
    gate = Gate(TOKEN, lambda: now)
    good = gate.new_cookie()

    def passes(value: str) -> bool:
        return gate.lets_in(Headers({"Cookie": f"{COOKIE}={value}"}))

    assert passes(good)
    end, _, signature = good.partition(".")
    for forged in (f"{int(end) + 1}.{signature}", end, f"{end}.", f".{signature}", "", "é"):
        assert not passes(forged)
    assert not passes(Gate(TOKEN, lambda: now).new_cookie())
    now += SESSION_SECONDS
    assert not passes(good)


FRONT, ELSEWHERE = "http://localhost:3000", "https://front.example.org"


@pytest.fixture(scope="module")
def shared():
    with running(token=TOKEN, allowed_origins=(FRONT, ELSEWHERE)) as found:
        yield found


@pytest.mark.parametrize("origin", [FRONT, ELSEWHERE])
def test_pages_of_an_allowed_origin_may_ask(shared, jpeg, origin):
    from_page = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    with shared.client() as client:
        answer = client.options("/v1/analyze", headers={**from_page, **asks})
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
        assert answer.headers["Access-Control-Allow-Private-Network"] == "true"
        for headers, status in (({}, 401), (BEARER, 200)):
            answer = client.post("/v1/analyze", content=jpeg, headers={**from_page, **headers})
            assert answer.status_code == status
            assert answer.headers["Access-Control-Allow-Origin"] == origin
            assert answer.headers["Vary"] == "Origin"
            assert "Access-Control-Allow-Credentials" not in answer.headers
    with connect(shared.live, origin=origin, additional_headers=BEARER):
        pass


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3001",
        "http://localhost",
        "https://localhost:3000",
        "http://localhost:3000.evil.example",
        "http://LOCALHOST:3000",
        "http://127.0.0.1:3000",
        "https://x.front.example.org",
        "null",
        "*",
    ],
)
def test_origins_are_allowed_exactly(shared, origin):
    asks = {"Access-Control-Request-Method": "POST", "Origin": origin}
    with shared.client() as client:
        for answer in (
            client.options("/v1/analyze", headers=asks),
            client.get("/v1/models", headers={"Origin": origin, **BEARER}),
        ):
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert answer.headers["Vary"] == "Origin"
        both = [("Origin", FRONT), ("Origin", origin), *BEARER.items()]
        assert client.get("/v1/models", headers=both).status_code == 403


def test_preflights_are_for_allowed_origins_only(client):
    asks = {"Access-Control-Request-Method": "POST", "Origin": FRONT}
    assert client.options("/v1/analyze", headers=asks).status_code == 403


def test_a_page_of_this_computer_needs_no_token(jpeg):
    with running(allowed_origins=(FRONT,)) as server, server.client() as client:
        answer = client.post("/v1/analyze", content=jpeg, headers={"Origin": FRONT})
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == FRONT


def refused(address: str, **options) -> int:
    with pytest.raises(InvalidStatus) as caught, connect(address, **options):
        pass
    response = caught.value.response
    assert re.search(rb'"error":\{"status":\d+,"what":"[^"]+"', response.body)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return response.status_code


def test_the_websocket_is_guarded_alike(server, guarded):
    assert refused(server.live, origin="http://evil.example") == 403
    assert refused(server.live, origin="null") == 403
    assert refused(guarded.live) == 401
    assert refused(guarded.live, additional_headers={"Authorization": "Bearer no"}) == 401
    with connect(guarded.live, additional_headers=BEARER):
        pass
    with connect(server.live, origin=server.http):
        pass
