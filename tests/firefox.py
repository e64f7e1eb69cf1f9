"""A headless Firefox, driven by WebDriver BiDi, the protocol that it speaks without a driver.

Playwright's Firefox is a build of its own; this is the one that people have. What tests need of the
protocol (https://w3c.github.io/webdriver-bidi/) is small: open, evaluate, click, choose files.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
STARTS_WITHIN = 60.0
PREFERENCES = {
    # A camera that shows a picture which changes, and may be used without a question.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


def find_firefox() -> str | None:
    """Path of a Firefox; ``FIREFOX`` names another one."""
    named = os.environ.get("FIREFOX")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """A running Firefox; ``open`` gives pages."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self.pages: dict[str, FirefoxPage] = {}
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def ask(self, method: str, **parameters: Any) -> Any:
        """Send a command and give back its result; events that come before it are kept."""
        self._number += 1
        sent = {"id": self._number, "method": method, "params": parameters}
        self._connection.send(json.dumps(sent))
        while True:
            told = json.loads(self._connection.recv(timeout=120))
            if told["type"] == "event":
                self._note(told["params"], told["method"])
            elif told.get("id") == self._number:
                assert told["type"] == "success", told
                return told["result"]

    def _note(self, told: dict[str, Any], method: str) -> None:
        of = told.get("context") or told.get("source", {}).get("context")
        page = self.pages.get(of or "")
        if page is None:
            return
        if method == "network.beforeRequestSent":
            page.hosts.add(urlsplit(told["request"]["url"]).hostname or "")
        elif told["level"] in ("error", "warn"):
            page.console.append(told["text"])

    @contextmanager
    def open(self, url: str, *, locale: str = "en-GB") -> Iterator[FirefoxPage]:
        """A page of its own, whose cookies and storage go with it."""
        user = self.ask("browser.createUserContext")["userContext"]
        context = self.ask("browsingContext.create", type="tab", userContext=user)["context"]
        page = self.pages[context] = FirefoxPage(self, context)
        if locale:
            self.ask("emulation.setLocaleOverride", locale=locale, contexts=[context])
        self.ask("browsingContext.navigate", context=context, url=url, wait="complete")
        try:
            yield page
        finally:
            self.ask("browser.removeUserContext", userContext=user)


class FirefoxPage:
    """One page: what it logged, whom it asked, and what can be done with it."""

    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context
        self.console: list[str] = []
        self.hosts: set[str] = set()

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, awaited; it must be plain data."""
        found = self._firefox.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
            userActivation=True,
        )
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        return json.loads(found["result"]["value"])

    def until(self, expression: str, seconds: float = 90.0) -> Any:
        """Wait until an expression is true; its value."""
        end = time.monotonic() + seconds
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < end, f"not within {seconds:g} s: {expression}"
            time.sleep(0.1)
        return found

    def text(self, selector: str) -> str:
        """What an element shows."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def click(self, selector: str) -> None:
        """Press on the middle of an element, as a mouse does."""
        element = self._find(selector)
        self._firefox.ask(
            "script.callFunction",
            functionDeclaration="(e) => e.scrollIntoView({block: 'center', behavior: 'instant'})",
            arguments=[element],
            target={"context": self._context},
            awaitPromise=False,
        )
        origin = {"type": "element", "element": element}
        pointer = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": pointer}
        self._firefox.ask("input.performActions", context=self._context, actions=[mouse])

    def choose_files(self, selector: str, *paths: Path) -> None:
        """Give files to an ``<input type="file">``."""
        self._firefox.ask(
            "input.setFiles",
            context=self._context,
            element=self._find(selector),
            files=[str(path) for path in paths],
        )

    def _find(self, selector: str) -> dict[str, Any]:
        locator = {"type": "css", "value": selector}
        found = self._firefox.ask(
            "browsingContext.locateNodes", context=self._context, locator=locator, maxNodeCount=1
        )["nodes"]
        assert found, f"there is no {selector}"
        return {"sharedId": found[0]["sharedId"]}


@contextmanager
def run_firefox(path: str, profile: Path) -> Iterator[Firefox]:
    """Start Firefox with an empty profile; it ends with the block."""
    lines = [f"user_pref({json.dumps(n)}, {json.dumps(v)});" for n, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), "utf-8")
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    environment = {**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0", "about:blank"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = _address(profile / "WebDriverBiDiServer.json", process.poll)
        with connect(f"{address}/session", max_size=None, ping_interval=None) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(30)


def _address(file: Path, ended: Callable[[], int | None]) -> str:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and ended() is None:
        try:
            told = json.loads(file.read_text("utf-8"))
            return f"ws://{told['ws_host']}:{told['ws_port']}"
        except (OSError, ValueError):
            time.sleep(0.1)
    raise AssertionError("Firefox does not listen to WebDriver BiDi")
