// Scrolls the form's cell into view, once: not again when its own cell is drawn anew.
export default {
  render({ model, el }) {
    if (!model.get("pending")) return;
    model.set("pending", false);
    model.save_changes();
    // JupyterLab goes to the last cell in the frame in which this is drawn.
    const scroll = () => {
      const notebook = el.closest(".jp-Notebook");
      const form = notebook?.querySelector(".jp-OutputArea .ok-root");
      (form?.closest(".jp-Cell") ?? notebook?.querySelector(".jp-Cell"))?.scrollIntoView();
    };
    requestAnimationFrame(() => requestAnimationFrame(scroll));
  },
};
