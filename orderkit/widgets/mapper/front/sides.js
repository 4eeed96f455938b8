// The event as a tree, and the order as JSON.
const makeSides = (mapper) => {
  const { S, ui, root, $ } = mapper;

  const leaf = (act, inside, line, more) => `<div role="treeitem" tabindex="-1" aria-level="${line.d + 1}" aria-selected="false"
    data-act="${act}" data-p="${text(line.p)}" data-lm-suppress-shortcuts="true" ${more}>${inside}</div>`;
  const drawTree = () => {
    const used = new Set(S.used.used), proposed = new Set(S.used.proposed), focused = new Set(S.used.focused);
    const seek = ui.seek.toLowerCase();
    let hide = 1e9;
    $(".om-event .om-scroll").innerHTML = S.tree.map((line) => {
      if (seek && (line.v === undefined || !`${line.p} ${line.v}`.toLowerCase().includes(seek))) return "";
      if (!seek && line.d > hide) return "";
      hide = 1e9;
      const pad = `style="--d:${seek ? 0 : line.d}"`;
      if (line.v === undefined) {
        const shut = ui.treeFolded.has(line.p);
        if (shut) hide = line.d;
        return leaf("branch", `${icon(shut ? "right" : "down")}<b>${text(line.n)}</b>`, line,
          `${pad} class="om-leaf om-branch" aria-expanded="${!shut}"`);
      }
      const mark = focused.has(line.p) ? "▸" : used.has(line.p) ? "•" : proposed.has(line.p) ? "+" : "";
      const said = { "▸": ", read by this row", "•": ", in use", "+": ", proposed" }[mark] || "";
      return leaf("fill", `<span class="om-dot">${mark}</span><span class="om-key">${seek ? cut(line.p, line.p.lastIndexOf(".") + 1) : text(line.n)}</span>
        <span class="om-leaf-value">${middle(line.v)}</span>`, line,
        `${pad} class="om-leaf${focused.has(line.p) ? " om-here" : ""}" title="${text(line.p)}${said}"`);
    }).join("") || (seek ? `<p class="om-none">No property or value of this event has <b>${text(ui.seek)}</b> in it</p>` : "");
    const first = $(".om-event .om-leaf");
    if (first) first.tabIndex = 0;
    drawFoot();
  };
  /** The drawer's field of a property, while it has the focus: a click in the tree fills it. */
  const drawerField = () => {
    const field = root.getRootNode().activeElement;
    return field?.closest?.(".om-drawer") && field.getAttribute("list") === "om-paths" ? field : null;
  };
  /** A row's field, while a formula is typed in it: a click in the tree goes where the caret is. */
  const formulaField = () => {
    const field = root.getRootNode().activeElement;
    return field?.matches?.(".om-field input") && field.value.trimStart().startsWith("=") ? field : null;
  };
  const drawFoot = () => {
    if (formulaField()) return ($(".om-event .om-foot").innerHTML = "Click to put it into the formula");
    const label = drawerField()?.getAttribute("aria-label") || S.rows[ui.focus]?.label;
    $(".om-event .om-foot").innerHTML = label ? `Click to fill <b>${text(label)}</b>` : "Choose a row, then click to fill it";
  };
  const drawOrder = () => {
    let hide = 1e9;
    const lines = S.order?.lines || [];
    $(".om-order .om-scroll").innerHTML = lines.length ? lines.map((line, at) => {
      const opens = /^[[{]+$/.test(line.v), closes = /^[\]}]+$/.test(line.v);
      if (line.i > hide || (closes && line.i === hide)) { if (closes && line.i === hide) hide = 1e9; return ""; }
      const key = line.k ? `<span class="om-k">"${text(line.k)}"</span>: ` : "";
      const shut = opens && ui.orderFolded.has(at);
      if (shut) hide = line.i;
      const kind = opens || closes ? "" : line.v[0] === '"' ? "om-str" : line.m === "!" || line.m === "-" ? "om-bad" : "om-num";
      const value = opens ? (shut ? `${line.v} …` : line.v) : line.v;
      const fold = opens ? button("fold_order", icon(shut ? "right" : "down"), `class="om-flat om-tiny" data-at="${at}"
        aria-label="${shut ? "Unfold" : "Fold"} ${text(line.k)}"`) : "";
      const row = S.rows[line.t] ? `data-act="go_row" data-t="${text(line.t)}" title="Go to its row"` : "";
      return `<div class="om-json" ${row} data-m="${text(line.m || "")}" style="--d:${line.i}"><b class="om-mark">${text(line.m || "")}</b>${
        fold}<code>${key}<span class="${kind}">${opens || closes ? text(value) : middle(value)}</span></code></div>`;
    }).join("") : '<p class="om-none">There is no order: this event is not sent.</p>';
  };

  return { drawTree, drawFoot, drawOrder, drawerField, formulaField };
};
