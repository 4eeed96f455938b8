"""One sandbox for a whole module, reset before each test, and a client with a good token."""

from collections.abc import Iterator

import httpx
import pytest

from orderkit.sandbox import Sandbox

from .support import TOKEN, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(access_tokens=[TOKEN], clock=Clock()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(
        headers={"authorization": f"Bearer {TOKEN}"}, timeout=5, trust_env=False
    ) as client:
        yield client
