from __future__ import annotations

import pytest

from mien.errors import MienError, UsageError
from mien.server.server import bind
from mien.server.settings import SHORTEST_TOKEN, Settings, is_loopback
from mien.vision.classify import Classifier

from .conftest import running

TOKEN = "x" * SHORTEST_TOKEN


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_computers_own_addresses_need_no_token(host):
    assert is_loopback(host)
    assert Settings(host=host).token is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", "localhost.evil"])
def test_addresses_that_others_reach_need_a_token(host):
    assert not is_loopback(host)
    with pytest.raises(UsageError, match=r"a token is needed.*MIEN_TOKEN"):
        Settings(host=host)
    assert Settings(host=host, token=TOKEN).token == TOKEN
    with pytest.raises(UsageError, match="a token is needed"):
        Settings(allowed_hosts=(host,))


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8"])
def test_pages_of_this_computer_need_no_token(origin):
    assert Settings(allowed_origins=(origin,)).token is None


@pytest.mark.parametrize("origin", ["https://example.org", "http://192.168.1.5:3000"])
def test_pages_from_elsewhere_need_a_token(origin):
    with pytest.raises(UsageError, match=r"come from elsewhere, so a token is needed.*MIEN_TOKEN"):
        Settings(allowed_origins=("http://localhost:3000", origin))
    assert Settings(allowed_origins=(origin,), token=TOKEN).allowed_origins == (origin,)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "localhost:3000",
        "http://localhost:3000/",
        "http://localhost:99999",
        "HTTP://localhost",
        "http://Localhost",
        "http://localhost:80",
        "https://example.org:443",
        "file://",
        "http://*.example.org",
        "http://a@localhost",
    ],
)
def test_what_no_browser_sends_is_no_origin(origin):
    with pytest.raises(UsageError, match="--allow-origin"):
        Settings(allowed_origins=(origin,), token=TOKEN)


@pytest.mark.parametrize("token", [TOKEN[1:], TOKEN + " ", TOKEN + "é", TOKEN + "\n", ""])
def test_tokens_that_cannot_be_used_are_refused(token):
    with pytest.raises(UsageError, match="visible ASCII"):
        Settings(token=token)


@pytest.mark.parametrize("token", [TOKEN[1:], TOKEN + "é"])
def test_a_refused_token_is_not_repeated(token):
    with pytest.raises(UsageError) as caught:
        Settings(token=token)
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 65536},
        {"max_bytes": 0},
        {"max_pixels": 0},
        {"max_requests": 0},
        {"threads": 0},
        {"max_fps": 0},
        {"max_fps": float("nan")},
        {"max_fps": float("inf")},
        {"upload_seconds": -1},
    ],
)
def test_values_out_of_range_are_named(wrong):
    with pytest.raises(UsageError, match=f"--{next(iter(wrong)).replace('_', '-')}"):
        Settings(**wrong)


def test_a_port_in_use_is_one_line():
    with bind(Settings(port=0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            MienError, match=rf"127\.0\.0\.1:{port}: another.* listens there already.*--port"
        ):
            bind(Settings(port=port))


def test_an_address_of_another_computer_is_one_line():
    with pytest.raises(MienError, match="cannot listen there"):
        bind(Settings(host="192.0.2.1", port=0, token=TOKEN))


def test_a_server_at_the_balanced_point_says_so_and_scores_it():
    with running(reading="balanced") as server, server.client() as client:
        (model,) = client.get("/v1/models").json()["models"]
    card = Classifier().card
    assert (model["name"], model["reading"]) == (card.name, "balanced")
    assert model["unsure_below"] == card.balanced.unsure_below
    assert model["scores"][0]["value"] == card.balanced.scores[0].value
