"""The kernels of ``orderkit app``: bounded in number, and ended once their tab is gone."""

import time
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Integer


class BoundedKernelManager(AsyncMappingKernelManager):
    """Starts a kernel for each page, up to `most`; Voilà itself knows no maximum.

    Voilà's own ending of a closed tab's kernel is refused by its server (the call has no XSRF
    token), so that one nobody is connected to is ended after `cull_idle_timeout` seconds.
    """

    most = Integer(8, help="Pages at once.").tag(config=True)
    cull_idle_timeout = Integer(20).tag(config=True)
    cull_interval = Integer(5).tag(config=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._started: dict[str, float] = {}
        self._starting = 0

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """Start one; where there are too many, one of a closed tab makes room. 503 without any."""
        if len(self) + self._starting >= self.most:
            gone = next((each for each in self.list_kernel_ids() if not self.is_open(each)), None)
            if gone is None:
                said = f"{self.most} pages are open: close one, and try again"
                raise web.HTTPError(503, said, reason=said)  # the page shows the reason
            await self.shutdown_kernel(gone)  # type: ignore[no-untyped-call]
        self._starting += 1
        try:
            kernel_id: str = await super().start_kernel(**options)
        finally:
            self._starting -= 1
        self._started[kernel_id] = time.monotonic()
        return kernel_id

    def is_open(self, kernel_id: str) -> bool:
        """Whether a page is connected to a kernel, or may still be loading."""
        age = time.monotonic() - self._started.get(kernel_id, 0)
        return bool(self._kernel_connections.get(kernel_id)) or age < self.cull_idle_timeout
