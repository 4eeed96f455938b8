// The keyboard: through rows, problems and events.
const makeKeys = (mapper) => {
  const { S, ui, root, $, list, options, nodes, send, asked, open, change, close, current, drawOptions, listEvents, putBack, take, acts } = mapper;

  const visible = () => [...list.querySelectorAll(".om-row:not([hidden])")];
  const go = (by) => {
    const all = visible(), here = all.findIndex((n) => n.dataset.t === ui.focus);
    const next = all[Math.max(0, Math.min(all.length - 1, here + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  /** Scrolls the list alone: what was pressed stays under the pointer, and the counters in view. */
  const reveal = (node) => {
    const box = $(".om-rows .om-scroll");
    box.scrollTop += node.getBoundingClientRect().top - box.getBoundingClientRect().top - (box.clientHeight - node.offsetHeight) / 2;
    node.scrollIntoView({ block: "nearest" }); // where the list itself is not all in view
  };
  /** The row that has the problem which the event was gone to for: the focused one, or the first. */
  const showProblem = () => {
    const bad = visible().filter((n) => S.rows[n.dataset.t].problem || (asked(S.rows[n.dataset.t]) && S.rows[n.dataset.t].state === "missing"));
    const node = bad.find((n) => n.dataset.t === ui.focus) || bad[0];
    if (node) reveal(node);
  };
  const problem = (by, leave = true) => {
    const bad = visible().filter((n) => open(S.rows[n.dataset.t]));
    const all = visible(), here = all.findIndex((n) => n.dataset.t === ui.focus);
    const next = by > 0 ? bad.find((n) => all.indexOf(n) > here) : bad.filter((n) => all.indexOf(n) < here).pop();
    if (next) { next.focus({ preventScroll: true }); reveal(next); }
    else if (leave) send("next_problem", { by });
  };
  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the notebook's own keys are not meant here
    const node = event.target, typing = node.matches("input, select, textarea"), ctrl = event.ctrlKey || event.metaKey;
    const inField = node.matches(".om-field input"), row = node.closest(".om-row");
    const done = () => event.preventDefault();
    if (ctrl && event.key === "s") { done(); if (inField) send("leave"); return send("save"); }
    if (ctrl && (event.key === "y" || (event.shiftKey && event.key.toLowerCase() === "z"))) { done(); if (inField) nodes[ui.focus].focus(); return send("do_again"); }
    if (ctrl && event.key === "z") { done(); if (inField) nodes[ui.focus].focus(); return send("take_back"); }
    if (ctrl && event.key === "Enter") {
      done();
      if (S.rows[ui.focus]?.proposal) { send("accept", { target: ui.focus }); ui.onward = ui.number; }
      else if (S.rows[ui.focus]?.fixes?.length) acts.fix({ t: ui.focus, fix: 0 });
      return;
    }
    if (event.key === "F8") {
      done();
      const arrived = ui.arrived === ui.focus && !event.shiftKey && open(S.rows[ui.focus]);
      ui.arrived = "";
      // Ctrl+Enter has gone on already: F8 means the row that it went to, and does not pass it by.
      return arrived ? reveal(nodes[ui.focus]) : problem(event.shiftKey ? -1 : 1);
    }
    if (event.altKey && ["ArrowUp", "ArrowDown"].includes(event.key)) { done(); return send("step", { by: event.key === "ArrowUp" ? -1 : 1 }); }
    if (event.key === "/" && !typing) { done(); return ($(".om-rows .om-find input").checkVisibility() ? $(".om-rows .om-find input") : $(".om-seek input")).focus(); }
    if (event.key === "Escape" && ["seek", "find"].includes(node.dataset?.own) && node.value) {
      done();
      node.value = "";
      return node.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (event.key === "Escape" && ui.listing) { done(); listEvents(false); return $(".om-picker").focus(); }
    if (event.key === "Escape" && typing && node.closest(".om-drawer") && ui.drawerBefore !== null && node.value !== ui.drawerBefore) {
      done();
      putBack(node, ui.drawerBefore);
      return change(node.dataset.key, node.value);
    }
    if (event.key === "Escape" && ui.drawer && node.closest(".om-drawer")) { done(); return acts.drawer({ drawer: ui.drawer }); }
    if (inField && !options.hidden && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      done();
      ui.moved = true;
      ui.at = (ui.at + (event.key === "ArrowDown" ? 1 : -1) + ui.options.length) % ui.options.length;
      return drawOptions();
    }
    if (inField && event.key === "Enter") {
      done();
      if (ui.at >= 0 && !options.hidden && current()) return take(ui.at);
      if (ui.moved && !options.hidden) return (ui.due = true);
      return nodes[ui.focus].focus();
    }
    if (inField && event.key === "Escape") {
      done();
      const before = ui.before;
      ui.before = null;
      close();
      if (before !== null && node.value !== before) {
        putBack(node, before);
        send("write", { target: ui.focus, text: before });
      }
      return nodes[ui.focus].focus();
    }
    if (["ArrowUp", "ArrowDown"].includes(event.key) && (inField || node === row)) { done(); return go(event.key === "ArrowDown" ? 1 : -1); }
    // A letter on a row begins its field anew, as in a spreadsheet; the letter goes there.
    if (node === row && !ctrl && !event.altKey && event.key.length === 1 && event.key !== " ") {
      const field = row.querySelector(".om-field input");
      field?.focus();
      return field?.select();
    }
    if (event.key === "Enter" && node === row) { done(); const field = row.querySelector("input, button"); field?.focus(); return field?.select?.(); }
    if (["ArrowUp", "ArrowDown"].includes(event.key) && node.matches(".om-leaf")) {
      done();
      const all = [...root.querySelectorAll(".om-leaf")];
      const next = all[all.indexOf(node) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { node.tabIndex = -1; next.tabIndex = 0; next.focus(); }
      return;
    }
    if (node.matches(".om-leaf") && [" ", "Enter"].includes(event.key)) { done(); return node.click(); }
    if (ui.listing && ["ArrowUp", "ArrowDown", "Enter"].includes(event.key)) {
      done();
      const all = [...root.querySelectorAll(".om-events .om-option")], here = all.findIndex((n) => n.getAttribute("aria-selected") === "true");
      if (event.key === "Enter") return (all[here] || all[0])?.click();
      const next = Math.max(0, Math.min(all.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)));
      all.forEach((n, i) => n.setAttribute("aria-selected", String(i === next)));
      all[next]?.scrollIntoView({ block: "nearest" });
    }
  });

  return { problem, reveal, showProblem };
};
