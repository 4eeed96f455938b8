// What a person does reaches the kernel in the order in which it is done. Two things would change
// it. JupyterLab sends widgets' messages to a thread beside the kernel's main one, and the kernel
// takes some of them in the one, some in the other (ipykernel 7.4): here all are the main one's.
// And ipywidgets holds a change back while the widget's change before it is being handled, but no
// press: here what is held back goes first.
const DONE = Symbol.for("orderkit.inOrder");

const useMainThread = (kernel) => {
  if (!kernel || kernel[DONE]) return;
  kernel[DONE] = true;
  const send = kernel.sendShellMessage.bind(kernel);
  kernel.sendShellMessage = (message, ...more) => {
    if (message.header.msg_type.startsWith("comm_")) delete message.header.subshell_id;
    return send(message, ...more);
  };
};

export default {
  render({ model, el }) {
    const manager = model.widget_manager;
    useMainThread(manager.kernel);
    const sendHeld = () => {
      for (const each of manager._modelsSync?.values() ?? []) {
        if (!each._msg_buffer) continue;
        const sent = each.send_sync_message(each._msg_buffer, each._msg_buffer_callbacks);
        each.rememberLastUpdateFor(sent);
        each._msg_buffer = null;
      }
    };
    const enter = (event) => event.key === "Enter" && sendHeld();
    let form = null;
    const frame = requestAnimationFrame(() => {
      form = el.closest(".ok-root"); // before, it is not on the page
      form?.addEventListener("keydown", enter, true);
      form?.addEventListener("click", sendHeld, true);
      form?.addEventListener("change", sendHeld); // after the widget has taken it
    });
    return () => {
      cancelAnimationFrame(frame);
      form?.removeEventListener("keydown", enter, true);
      form?.removeEventListener("click", sendHeld, true);
      form?.removeEventListener("change", sendHeld);
    };
  },
};
