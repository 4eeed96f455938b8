// The heat map's cells by keys and mouse: arrows move, Enter or a click asks, N goes to the next problem.
export default {
  render({ model, el }) {
    let at = [0, 0];
    const cells = () => [...el.querySelectorAll("td[data-field]")];
    const key = (cell) => [Number(cell.dataset.field), Number(cell.dataset.column)];
    const mark = (cell, focus) => {
      cells().forEach((each) => (each.tabIndex = each === cell ? 0 : -1));
      if (!cell) return;
      at = key(cell);
      if (focus) cell.focus();
    };
    const draw = () => {
      const focused = el.contains(document.activeElement);
      el.innerHTML = model.get("html");
      mark(cells().find((cell) => String(key(cell)) === String(at)) || cells()[0], focused);
      open();
    };
    /** What is said of the cell that was asked for, below its field's row. */
    const open = () => {
      el.querySelector(".ok-heat-detail")?.remove();
      el.querySelectorAll(".ok-opened").forEach((each) => each.classList.remove("ok-opened"));
      const { field, column, html } = model.get("opened");
      const cell = cells().find((each) => String(key(each)) === String([field, column]));
      if (!cell) return;
      cell.classList.add("ok-opened");
      const row = cell.parentElement, detail = document.createElement("tr");
      row.classList.add("ok-opened");
      detail.className = "ok-heat-detail";
      const place = detail.insertCell();
      place.colSpan = row.cells.length;
      place.innerHTML = html;
      row.after(detail);
    };
    const ask = (cell) => model.send({ field: key(cell)[0], column: key(cell)[1] });
    el.addEventListener("click", (event) => {
      const cell = event.target.closest("td[data-field]");
      if (cell) { mark(cell, true); ask(cell); }
    });
    el.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td[data-field]");
      if (!cell) return;
      const all = cells(), here = all.indexOf(cell), row = [...cell.parentElement.querySelectorAll("td[data-field]")];
      const column = row.indexOf(cell), rows = [...new Set(all.map((each) => each.parentElement))];
      const beside = (by) => rows[rows.indexOf(cell.parentElement) + by]?.querySelectorAll("td[data-field]")[column];
      const bad = (each) => ["missing", "invalid"].includes(each.dataset.s);
      const next = {
        ArrowLeft: () => row[column - 1], ArrowRight: () => row[column + 1],
        ArrowUp: () => beside(-1), ArrowDown: () => beside(1),
        n: () => [...all.slice(here + 1), ...all.slice(0, here)].find(bad),
        Enter: () => (ask(cell), cell),
      }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const found = next();
      if (found) mark(found, true);
    });
    model.on("change:html", draw);
    model.on("change:opened", () => {
      open();
      el.querySelector(".ok-heat-detail")?.scrollIntoView({ block: "nearest" });
    });
    draw();
  },
};
