// What was typed stays through a reload; arrow keys go on; a file may be dropped anywhere; and the
// presenter's mode fills the screen.
const editable = (target) =>
  target.closest?.("input, select, textarea, [contenteditable], [role=tab], table, pre");

export default {
  render({ model }) {
    const place = `orderkit ${model.get("key")}`;
    const stored = sessionStorage.getItem(place);
    if (stored) {
      model.set("restored", JSON.parse(stored));
      model.save_changes();
    }
    model.on("change:state", () => {
      sessionStorage.setItem(place, JSON.stringify(model.get("state")));
    });

    const present = async (on) => {
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
    const onDrag = (event) => {
      if ([...(event.dataTransfer?.types ?? [])].includes("Files")) event.preventDefault();
    };
    const onDrop = (event) => {
      const input = document.querySelector(".ok-upload input[type=file]");
      if (!input || !event.dataTransfer?.files.length || event.target === input) return;
      event.preventDefault();
      event.stopPropagation();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const listeners = [
      ["click", onClick], ["keydown", onKey], ["fullscreenchange", onFullscreen],
      ["dragover", onDrag], ["drop", onDrop],
    ];
    for (const [name, listener] of listeners) document.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    };
  },
};
