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
      const cell = form?.closest(".jp-Cell") ?? notebook?.querySelector(".jp-Cell");
      // A screen that would be cut off below its cell's code is worth more than the code.
      const screen = form?.querySelector(".om"), seen = cell?.closest(".jp-WindowedPanel-outer")?.clientHeight;
      const high = screen && screen.getBoundingClientRect().bottom - cell.getBoundingClientRect().top;
      (high > seen ? screen : cell)?.scrollIntoView();
    };
    requestAnimationFrame(() => requestAnimationFrame(scroll));
  },
};
