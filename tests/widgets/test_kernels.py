"""The app's kernels: so many at once, and room for the next where a tab is gone."""

import asyncio
from typing import Any

import pytest
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web

from orderkit.widgets.kernels import BoundedKernelManager


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> BoundedKernelManager:
    """A manager of at most two kernels, none of which is a real one."""

    async def start(self: Any, **_options: Any) -> str:
        await asyncio.sleep(0)
        name = f"kernel-{len(self._kernel_connections)}"
        self._kernels[name], self._kernel_connections[name] = object(), 0
        return name

    async def shut_down(self: Any, kernel_id: str, **_options: Any) -> None:
        del self._kernels[kernel_id]

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", start)
    monkeypatch.setattr(AsyncMappingKernelManager, "shutdown_kernel", shut_down)
    return BoundedKernelManager(most=2, cull_interval=0)


def test_no_more_kernels_than_allowed(manager: BoundedKernelManager) -> None:
    """Of four pages opened at once two are served, and the others told to wait."""

    async def open_four() -> list[str | BaseException]:
        pages = [manager.start_kernel() for _ in range(4)]
        return await asyncio.gather(*pages, return_exceptions=True)

    opened = asyncio.run(open_four())
    refused = [each for each in opened if isinstance(each, web.HTTPError)]
    assert [each.status_code for each in refused] == [503, 503]
    assert {each.reason for each in refused} == {"2 pages are open: close one, and try again"}
    assert len(manager) == 2


def test_a_closed_tab_makes_room(manager: BoundedKernelManager) -> None:
    """A kernel that nobody is connected to, and no page is loading from, gives way."""

    async def work() -> str:
        first, second = await manager.start_kernel(), await manager.start_kernel()
        manager._kernel_connections[first] = 1
        manager._started[first] = manager._started[second] = float("-inf")
        assert manager.is_open(first)
        assert not manager.is_open(second)
        third = await manager.start_kernel()
        assert second not in manager.list_kernel_ids()
        assert first in manager.list_kernel_ids()
        return third

    assert asyncio.run(work()) in manager.list_kernel_ids()
