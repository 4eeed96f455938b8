// A labelled file input. It sends the first `most` bytes of the chosen file, with name and size.
export default {
  render({ model, el }) {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "ok-upload";
    input.type = "file";
    input.accept = model.get("accept");
    label.append(`${model.get("label")} `, input);
    input.addEventListener("change", async () => {
      const file = input.files[0];
      if (!file) return;
      const piece = await file.slice(0, model.get("most")).arrayBuffer();
      model.send({ name: file.name, size: file.size }, undefined, [new DataView(piece)]);
      input.value = ""; // the same file can be chosen again after a change
    });
    el.append(label);
  },
};
