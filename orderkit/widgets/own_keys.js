// Keys pressed in a form or a table stay there: the notebook's own would delete and add cells, or
// leave the table. Saving the notebook is left to it. Runs once a page.
const DONE = Symbol.for("orderkit.ownKeys");
const OURS = ".jp-NotebookPanel :is(.ok-root, .ok-scroll, .ok-bar-of-table, .ok-bar-of-code, .ok-code)";

export default {
  render() {
    if (document[DONE]) return;
    document[DONE] = true;
    // JupyterLab listens at the document, which a key comes by after the page's body.
    document.body.addEventListener("keydown", (event) => {
      const saves = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
      if (!saves && event.target.closest(OURS)) event.stopPropagation();
    });
  },
};
