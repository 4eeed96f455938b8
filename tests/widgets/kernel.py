"""A kernel as JupyterLab uses it: cells in its main thread, callbacks there or in a subshell's."""

import ast
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

Thread = Literal["main", "subshell"]
#: Seconds that anything may take.
PATIENCE = 30.0


class RealKernel:
    """One kernel process, with a subshell for its widgets.

    ipykernel 7.4 runs a callback where its widget last published, whatever the front end asks for;
    so a widget is touched in that thread before each action on it.
    """

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self._subshell = self._reply_of_control("create_subshell_request")["subshell_id"]

    def run(self, code: str, *, wait: bool = True) -> str:
        """Run a cell; its message id. Fails where the cell does."""
        message = self.client.execute(code)
        if wait:
            self.end(message)
        return message

    def end(self, message: str) -> None:
        """Wait until a cell has ended."""
        content = self._reply(message)
        assert content["status"] == "ok", "\n".join(content.get("traceback", ()))
        self._idle(message)

    def ask(self, expression: str) -> Any:
        """The value of an expression, which can be written as a literal."""
        message = self.client.execute("pass", user_expressions={"value": expression})
        content = self._reply(message)
        self._idle(message)
        value = content["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return ast.literal_eval(value["data"]["text/plain"])

    def until(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.ask(f"bool({expression})"):
            assert time.monotonic() < end, f"never: {expression}"
            time.sleep(0.01)

    def click(self, widget: str, thread: Thread) -> None:
        """Click a button, so that its callback runs in that thread."""
        model = self.ask(f"{widget}.model_id")
        self._touch(widget, model, thread)
        self.send(model, {"method": "custom", "content": {"event": "click"}})

    def enter(self, widget: str, trait: str, value: Any, thread: Thread) -> None:
        """Change a trait of a widget as the front end does, handled in that thread."""
        model = self.ask(f"{widget}.model_id")
        self._touch(widget, model, thread)
        self.send(model, {"method": "update", "state": {trait: value}, "buffer_paths": []})

    def send(self, model: str, data: Any, *, wait: bool = True) -> None:
        """Send a comm message by the subshell, as the front end does."""
        message = self.client.session.msg("comm_msg", {"comm_id": model, "data": data})
        message["header"]["subshell_id"] = self._subshell
        self.client.shell_channel.send(message)
        if wait:
            self._idle(message["header"]["msg_id"])

    def _touch(self, widget: str, model: str, thread: Thread) -> None:
        if thread == "main":
            self.run(f"{widget}.tabbable = not {widget}.tabbable")
        else:
            state = {"tooltip": str(time.monotonic())}
            self.send(model, {"method": "update", "state": state, "buffer_paths": []})

    def _reply_of_control(self, kind: str) -> dict[str, Any]:
        message = self.client.session.msg(kind, {})
        self.client.control_channel.send(message)
        while True:
            reply = self.client.get_control_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
                content: dict[str, Any] = reply["content"]
                return content

    def _reply(self, message: str) -> dict[str, Any]:
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == message:
                content: dict[str, Any] = reply["content"]
                return content

    def _idle(self, message: str) -> None:
        while True:
            got = self.client.get_iopub_msg(timeout=PATIENCE)
            if (
                got["msg_type"] == "status"
                and got["content"]["execution_state"] == "idle"
                and got["parent_header"].get("msg_id") == message
            ):
                return


@contextmanager
def real_kernel(folder: Path) -> Iterator[RealKernel]:
    """A kernel that works in an empty folder, which is its home too."""
    kept = ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    manager, client = start_new_kernel(
        kernel_name="python3", env={**environment, "HOME": str(folder)}, cwd=str(folder)
    )
    try:
        yield RealKernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
