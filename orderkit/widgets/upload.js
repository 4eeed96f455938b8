// A labelled file input. It sends the chosen file slice by slice: the next one when Python asks.
export default {
  render({ model, el }) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    const progress = document.createElement("span");
    label.className = "ok-upload";
    progress.setAttribute("role", "status");
    input.type = "file";
    input.accept = model.get("accept");
    label.append(`${model.get("label")} `, input);
    let file = null;
    const send = async (start) => {
      const end = start + model.get("slice");
      const piece = await file.slice(start, end).arrayBuffer();
      model.send({ name: file.name, size: file.size, start }, undefined, [new DataView(piece)]);
      if (end < file.size) progress.textContent = ` ${Math.floor((100 * end) / file.size)} %`;
    };
    const answered = (message) => {
      if (!file) return; // another view of the same input is sending
      if (message.next) return send(message.next);
      file = null;
      progress.textContent = "";
      input.disabled = false;
      input.value = ""; // the same file can be chosen again after a change
    };
    model.on("msg:custom", answered);
    input.addEventListener("change", () => {
      file = input.files[0] || null;
      if (!file) return;
      input.disabled = true;
      send(0);
    });
    el.append(label, progress);
    const onDrag = (event) => {
      if ([...(event.dataTransfer?.types ?? [])].includes("Files")) event.preventDefault();
    };
    const onDrop = (event) => {
      if (!event.dataTransfer?.files.length || event.target === input || input.disabled) return;
      event.preventDefault();
      event.stopPropagation();
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const anywhere = model.get("anywhere") ? [["dragover", onDrag], ["drop", onDrop]] : [];
    for (const [name, listener] of anywhere) document.addEventListener(name, listener);
    return () => {
      model.off("msg:custom", answered);
      for (const [name, listener] of anywhere) document.removeEventListener(name, listener);
    };
  },
};
