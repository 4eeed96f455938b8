// Arrow keys go on, and the presenter's mode fills the screen.
// A checkbox has no use for arrow keys: whoever has just ticked "Step by step" goes on with them.
const editable = (target) =>
  target.closest?.(
    "input:not([type=checkbox]), select, textarea, [contenteditable], [role=tab], table, pre",
  );

export default {
  render({ model }) {
    const present = async (on) => {
      model.send({ present: on });
      document.body.classList.toggle("ok-presenting", on);
      for (const button of document.querySelectorAll(".ok-present")) {
        button.setAttribute("aria-pressed", String(on));
        button.textContent = on ? "End" : "Present";
      }
      try {
        if (on) await document.documentElement.requestFullscreen();
        else if (document.fullscreenElement) await document.exitFullscreen();
      } catch {
        // A browser that does not fill the screen shows the page larger all the same.
      }
    };
    const onClick = (event) => {
      if (event.target.closest?.(".ok-present")) {
        present(!document.body.classList.contains("ok-presenting"));
      }
    };
    const onFullscreen = () => {
      if (!document.fullscreenElement) present(false);
    };
    const onKey = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 }[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey || editable(event.target)) return;
      model.send({ step });
      event.preventDefault();
    };
    const listeners = [
      ["click", onClick], ["keydown", onKey], ["fullscreenchange", onFullscreen],
    ];
    for (const [name, listener] of listeners) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    };
  },
};
