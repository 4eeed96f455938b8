// Draws the mapper's screen and sends back what a person does. All state is Python's: see form.py.
const PATHS = {
  ok: '<path d="M3 8.5l3.2 3.2L13 5"/>',
  missing: '<circle cx="8" cy="8" r="6"/><path d="M5.8 5.8l4.4 4.4m0-4.4l-4.4 4.4"/>',
  invalid: '<path d="M8 2.2L14.4 13.6H1.6z"/><path d="M8 6.4v3.4m0 1.7v.4"/>',
  "not yet": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.4 1.6"/><path d="M8 5v3.2l2 1.2"/>',
  "not needed": '<path d="M4 8h8"/>',
  proposal: '<path d="M8 2v4m0 4v4M2 8h4m4 0h4"/>',
  left: '<path d="M10 3.5L5.5 8l4.5 4.5"/>',
  right: '<path d="M6 3.5L10.5 8 6 12.5"/>',
  down: '<path d="M3.5 6L8 10.5 12.5 6"/>',
  find: '<circle cx="7" cy="7" r="4.3"/><path d="M10.3 10.3L14 14"/>',
  undo: '<path d="M5.5 3L3 5.5 5.5 8M3 5.5h6.5a3.5 3.5 0 010 7H7"/>',
  copy: '<rect x="5.5" y="5.5" width="8" height="8" rx="1"/><path d="M3 10.5V3.5a1 1 0 011-1h7"/>',
  mail: '<rect x="2" y="3.5" width="12" height="9" rx="1"/><path d="M2.5 4.5L8 9l5.5-4.5"/>',
  close: '<path d="M4 4l8 8m0-8l-8 8"/>',
};
const OUTCOMES = { mapped: "ok", "with problems": "invalid", "not for TikTok": "not needed" };
const DRAWERS = {
  event_mapping: ["Event mapping", "which event stands for which order status"],
  transformation: ["Transformation", "what becomes of properties before the mapping"],
  filter: ["Filter", "which events are sent at all"],
  connection: ["Connection", "where orders are sent; secrets are never part of it"],
};
const ACTIONS = { rename: "new_name", copy: "copy_from", delete: "delete", set: "value" };
const icon = (name) =>
  `<svg class="om-icon" viewBox="0 0 16 16" aria-hidden="true">${PATHS[name] || ""}</svg>`;
const text = (value) =>
  String(value ?? "").replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
/** A text that is cut in its middle where there is no room: its end stays. */
const middle = (value) => {
  const all = String(value ?? "");
  const end = all.length > 14 ? Math.min(8, Math.floor(all.length / 3)) : 0;
  return cut(all, all.length - end, `title="${text(all)}"`);
};
/** A text of which all before a place shrinks, and the rest stays. */
const cut = (all, at, more = "") => `<span class="om-cut" ${more}><span class="h">${text(all.slice(0, at))}</span>${
  at < all.length ? `<span class="t">${text(all.slice(at))}</span>` : ""}</span>`;
const counted = (n, of) => `${n.toLocaleString("en")} of ${of.toLocaleString("en")}`;
const button = (act, inside, more = "") =>
  `<button type="button" data-act="${act}" ${more}>${inside}</button>`;

export default {
  render({ model, el }) {
    const S = { rows: {}, groups: [], tree: [], used: {}, drawers: {}, notes: [], bar: {} };
    const ui = {
      focus: "", drawer: "", tab: "event", show: "all", find: "", seek: "", number: 0,
      folded: new Set(), treeFolded: new Set(), orderFolded: new Set(), options: [], at: -1,
      before: null, drawerKey: "", drawerBefore: null, listing: false, extra: new Set(),
    };
    const root = document.createElement("div");
    root.className = "om";
    root.setAttribute("data-lm-suppress-shortcuts", "true");
    root.tabIndex = -1; // a click on a bare place stays here, and not with the cell, whose keys are others
    root.setAttribute("role", "region");
    root.setAttribute("aria-label", "Mapper");
    root.innerHTML = `
      <div class="om-inner" data-tab="event">
      <div class="om-bar om-bar1"></div><div class="om-bar om-bar2"></div>
      <div class="om-message" role="status"></div>
      <div class="om-empty" hidden></div>
      <div class="om-body">
        <section class="om-pane om-event" aria-label="Event"><div class="om-head"></div>
          <div class="om-seek"></div><div class="om-scroll" role="tree" aria-label="Properties"></div>
          <div class="om-foot"></div></section>
        <section class="om-pane om-rows" aria-label="Rows"><div class="om-head"></div>
          <div class="om-scroll" role="group" aria-label="Fields"><div class="om-drawer" hidden></div>
          <div class="om-list"></div></div></section>
        <section class="om-pane om-order" aria-label="Order"><div class="om-head"></div>
          <div class="om-scroll" tabindex="0" role="group" aria-label="Order as JSON"></div>
          <div class="om-foot"><b class="om-m">~</b> changed <b class="om-m">+</b> new
          <b class="om-m om-bad">!</b> missing</div></section>
      </div>
      <div class="om-options" role="listbox" id="om-options" aria-label="What may be meant" hidden></div>
      <div class="om-events" hidden></div>
      </div>`;
    const $ = (selector) => root.querySelector(selector);
    const inner = $(".om-inner"), list = $(".om-list"), options = $(".om-options"), nodes = {};
    const send = (act, more = {}) => model.send({ do: act, number: ++ui.number, ...more });

    $(".om-seek").innerHTML = `<label class="om-find">${icon("find")}<input data-own="seek" placeholder="Find a property or value"
      aria-label="Find a property or value"></label>`;

    // -- bars
    const tabs = () =>
      ["rows", "event", "order"].map((tab) =>
        `<button type="button" role="tab" data-act="tab" data-tab="${tab}" class="om-tab om-tab-${tab}"
          aria-selected="${ui.tab === tab}">${{ rows: "Rows", event: "Event", order: "Order" }[tab]}${
          tab === "order" && S.order?.changed ? ` <span>${S.order.changed} changed</span>` : ""}</button>`
      ).join("");
    const drawBars = () => {
      const bar = S.bar, e = bar.event || {}, bad = e.outcome === "with problems";
      const state = e.outcome ? OUTCOMES[e.outcome] : "";
      const first = bad && /missing/.test(e.words) ? "missing" : state;
      keep($(".om-bar1"), () =>
        button("step", icon("left"), 'data-by="-1" class="om-square" aria-label="Event before" title="Alt+↑"') +
        `<button type="button" data-act="list" class="om-picker" aria-label="Event" aria-haspopup="dialog"
          aria-expanded="${ui.listing}"><span>${bar.total ? text(counted(e.at + 1, bar.total)) : "no events"}</span>
          <b>${text(e.id || e.event || e.name)}</b> <span class="om-status">${text(e.status)}</span>
          <span class="om-s" data-s="${first}">${first ? icon(first) : ""}${text(e.words)}</span>${icon("down")}</button>` +
        button("step", icon("right"), 'data-by="1" class="om-square" aria-label="Next event" title="Alt+↓"') +
        button("next_problem", bar.problem ? "Next with this problem" : "Next with a problem",
          `class="om-next" title="F8" ${bar.outcomes?.["with problems"] ? "" : "disabled"}`) +
        '<span class="om-gap"></span>' +
        (bar.unsaved?.length ? `<span class="om-unsaved" title="${text(bar.unsaved.join(", "))}">Not saved: ${
          bar.unsaved.length > 1 ? bar.unsaved.length : text(bar.unsaved[0])}</span>`
          : ui.saved ? '<span class="om-unsaved">Saved</span>' : "") +
        button("take_back", `${icon("undo")}Undo`, `title="Ctrl+Z; Ctrl+Shift+Z does it again" ${bar.undo ? "" : "disabled"}`) +
        button("save", "Save", 'class="om-primary" title="Ctrl+S"'));
      const meter = S.meter || { ticks: [] };
      keep($(".om-bar2"), () =>
        `<span class="om-meter" role="img" aria-label="${text(meter.words)}; ${text(meter.more)}">${
          meter.ticks.map((s) => `<i data-s="${s}"></i>`).join("")}</span>
        <span class="om-words"><b>${text(meter.words)}</b><span class="om-sub">${
          meter.more ? ` · ${text(meter.more)}` : ""}</span></span><span class="om-gap"></span>
        <span class="om-all">All events</span>` +
        Object.entries(bar.outcomes || {}).map(([name, n]) =>
          button("narrow", `${icon(OUTCOMES[name])}<b>${n.toLocaleString("en")}</b>${text(name)}`,
            `class="om-chip" data-s="${OUTCOMES[name]}" data-outcome="${name}"
             aria-pressed="${bar.shown === name}" ${n ? "" : "disabled"}`)).join("") +
        (undecided() ? button("drawer", `${icon("proposal")}<b>${undecided().toLocaleString("en")}</b>may be orders`,
          `class="om-chip" data-s="proposal" data-drawer="event_mapping" title="Not for TikTok as long as nobody says what they stand for"`) : "") +
        (bar.confirm && !bar.accept
          ? button("confirm", `${icon("ok")}Confirm all (${bar.confirm})`, `data-t="" class="om-accept-all"
            title="Values that were proposed and stand in the file; Save lets it say that they are right"`)
          : button("accept_all", `${icon("proposal")}Accept all${bar.accept ? ` (${bar.accept})` : ""}`,
            `class="om-accept-all" title="${bar.accept ? "Takes what is very likely or likely; Undo takes it back"
              : "Nothing is open that is likely: what is perhaps is accepted row by row"}" ${bar.accept ? "" : "disabled"}`)));
      const empty = $(".om-empty");
      empty.hidden = Boolean(bar.total);
      $(".om-body").hidden = $(".om-bar2").hidden = !bar.total;
      empty.innerHTML = bar.total ? "" : `<h2>Load the site’s events to begin</h2>
        <p>One JSON object, a list, one event a line, or a table. A dozen bookings are enough.</p>
        <div>${button("open_loading", "Choose a file or paste events", 'class="om-primary"')}
        ${button("load_samples", "Samples")}</div>
        <p>Then rows fill themselves where the names are clear, and say where they are not.</p>`;
      keep($(".om-order .om-head"), () => `<span class="om-title"><b>Order</b> ${
        S.order?.changed ? `${S.order.changed} changed` : ""}</span>
        <span class="om-tabs" role="tablist">${tabs()}</span>${button("copy_order", `${icon("copy")}Copy`, 'class="om-flat"')}`);
      keep($(".om-event .om-head"), () =>
        `<span class="om-title"><b>Event</b></span><span class="om-tabs" role="tablist">${tabs()}</span>`);
    };
    /** The event names that have no order status, and may have one; and how many events have one of them. */
    const perhaps = () => (S.drawers.event_mapping?.others || []).filter(([, , status]) => status);
    const undecided = () => perhaps().reduce((sum, [, n]) => sum + n, 0);
    const drawHead = () => {
      const counts = { event_mapping: S.drawers.event_mapping?.rows.length,
        transformation: S.drawers.transformation?.rows.length, filter: S.drawers.filter?.number };
      keep($(".om-rows .om-head"), () =>
        `<span class="om-tabs" role="tablist">${tabs()}</span>
        <label class="om-find">${icon("find")}<input data-key="find" data-own="find" placeholder="Find a row"
          aria-label="Find a row" value="${text(ui.find)}"></label>
        <label class="om-show"><span class="om-hidden">Show</span><select data-key="show" data-own="show" aria-label="Rows shown">${
          [["all", `Show all ${Object.keys(S.rows).length}`], ["mandatory", "Mandatory"],
            ["problems", "Problems and offers"]].map(([v, w]) =>
            `<option value="${v}" ${ui.show === v ? "selected" : ""}>${w}</option>`).join("")}</select></label>
        <span class="om-gap"></span>` +
        Object.entries(DRAWERS).map(([name, [label]]) =>
          button("drawer", `${label}${counts[name] === undefined ? "" : ` <span class="om-n">${counts[name]}</span>`}${
            name === "event_mapping" && perhaps().length ? `<span class="om-partly" title="${perhaps().length} more event names may be orders">+${perhaps().length}</span>` : ""}${
            name === "filter" && S.drawers.filter?.tests ? `<span class="om-partly" title="${S.drawers.filter.tests.number} marked as a test">+${S.drawers.filter.tests.number}</span>` : ""}${
            S.drawers[name]?.faults.length ? `<span class="om-s" data-s="invalid">${icon("invalid")}</span>` : ""}`,
            `class="om-flat" data-drawer="${name}" data-key="d-${name}" aria-expanded="${ui.drawer === name}"`)).join(""));
    };

    // -- rows
    /** What stays the same stays in place: a button that is drawn anew loses the focus. */
    const put = (part, html) => {
      if (part.drawn !== html) part.innerHTML = part.drawn = html;
    };
    /** An order does without an optional row: what is proposed there waits until somebody looks. */
    const asked = (row) => row.proposal && row.mandatory;
    /** Whether something is to be done in a row. */
    const open = (row) => row?.problem || asked(row || {});
    const shown = (row) =>
      (ui.show === "all" || (ui.show === "mandatory" ? row.mandatory : row.problem || asked(row) || row.warnings)) &&
      (!ui.find || `${row.label} ${row.name} ${row.text}`.toLowerCase().includes(ui.find.toLowerCase()));
    const heads = {};
    const drawGroups = () => {
      for (const group of S.groups) {
        const visible = group.rows.filter((t) => S.rows[t] && shown(S.rows[t]));
        if (!heads[group.name]) {
          heads[group.name] = document.createElement("div");
          heads[group.name].className = "om-group";
          // Put in place once: what is moved loses the focus.
          list.append(heads[group.name], ...group.rows.map((t) => nodes[t]));
        }
        heads[group.name].hidden = !visible.length;
        keep(heads[group.name], () => `${button("fold", `${icon(ui.folded.has(group.name) ? "right" : "down")}<b>${text(group.name)}</b>`,
          `class="om-flat" data-key="fold" data-group="${text(group.name)}" aria-expanded="${!ui.folded.has(group.name)}"`)}${
          group.bad ? `<span class="om-s" data-s="missing">${icon("missing")}${text(group.bad)}</span>` : ""}
          <span class="om-gap"></span><span class="om-soft">${text(group.words)}</span>`);
        for (const target of group.rows) nodes[target].hidden = !visible.includes(target) || ui.folded.has(group.name);
      }
    };
    /** At rest a field shows both ends of a path, as its last name says most, and the begin of all else. */
    const showCut = (input) => {
      const all = input.value, last = input.parentNode.dataset.kind === "path" ? all.lastIndexOf(".") : -1;
      input.parentNode.querySelector(".om-shown").innerHTML = cut(all, last < 0 ? all.length : last);
    };
    const drawRow = (target, keepText) => {
      const row = S.rows[target];
      let node = nodes[target];
      if (!node) {
        node = nodes[target] = document.createElement("div");
        node.className = "om-row";
        node.dataset.t = target;
        node.tabIndex = -1;
        node.setAttribute("role", "group");
        node.setAttribute("data-lm-suppress-shortcuts", "true");
        node.innerHTML = `<div class="om-line"><span class="om-name"></span><span class="om-field"></span>
          <span class="om-value"></span><span class="om-state"></span></div><div class="om-more"></div>`;
      }
      const offer = row.proposal, state = offer ? "proposal" : row.state;
      node.dataset.s = state;
      node.classList.toggle("om-quiet", !!offer && !row.mandatory && offer.confidence === "perhaps");
      node.setAttribute("aria-label", `${row.label}: ${offer ? "a proposal" : row.state}`);
      node.classList.toggle("om-focus", ui.focus === target);
      node.querySelector(".om-name").innerHTML =
        `<span class="om-dot" ${row.mandatory ? 'title="mandatory"' : ""}>${row.mandatory ? "•" : ""}</span>
        <span class="om-label" title="${text(row.about)}">${text(row.label)}</span><span class="om-target">${middle(row.name)}</span>`;
      const field = node.querySelector(".om-field");
      let input = field.querySelector("input");
      field.dataset.kind = offer ? offer.kind : row.kind;
      const mapping = row.kind === "event mapping" && !offer;
      if (mapping) {
        field.innerHTML = button("drawer", `from Event mapping${icon("right")}`, 'class="om-link" data-drawer="event_mapping"');
      } else if (!input) {
        field.innerHTML = `<input spellcheck="false" autocomplete="off" role="combobox" aria-expanded="false"
          aria-controls="om-options" aria-autocomplete="list"><span class="om-shown" aria-hidden="true"></span><span class="om-kind"></span>`;
        input = field.querySelector("input");
      }
      if (!mapping) {
        input.setAttribute("aria-label", row.label);
        input.placeholder = "path, text or formula";
        const editing = keepText && input === root.getRootNode().activeElement;
        const value = offer && !editing ? offer.text : row.text;
        if (!editing && input.value !== value) input.value = value;
        if (!editing) showCut(input);
        field.querySelector(".om-kind").textContent = offer && !editing ? offer.kind : row.kind;
        input.classList.toggle("om-changed", row.unsaved);
        input.title = offer ? offer.text : row.text;
      }
      put(node.querySelector(".om-value"), offer ? middle(offer.value)
        : row.value ? middle(row.value) : row.state === "missing" ? "nothing" : "–");
      const partly = row.ok < row.of && row.state === "ok";
      put(node.querySelector(".om-state"), offer
        ? button("accept", "Accept", `data-t="${target}" class="om-accept" aria-label="Accept for ${text(row.label)}"`)
        : `<span class="om-s" data-s="${row.state}">${icon(row.state)}${row.state}</span>${
          partly ? `<span class="om-partly" title="${text(counted(row.ok, row.of))} orders have it">${counted(row.ok, row.of)}</span>` : ""}`);
      put(node.querySelector(".om-more"), more(target, row));
    };
    const more = (target, row) => {
      if (row.proposal) {
        const [first, ...rest] = row.proposal.confidence;
        return `<div class="om-why">${icon("proposal")}<span><b>${first.toUpperCase()}${rest.join("")}:</b> ${coded(row.proposal.facts)}${
          row.proposal.kind === "formula" ? ` <code class="om-formula">${text(row.proposal.text)}</code>` : ""}</span>${
          (row.proposal.others || []).map((o, n) => button("other", `Or <code>${middle(o.label || o.text)}</code> ${middle(o.shown)}`,
            `data-t="${target}" data-n="${n}" class="om-other" title="${text(o.text)}"`)).join("")}</div>`;
      }
      let made = "";
      if (row.problem) {
        made += `<div class="om-why"><span><b>${coded(row.problem.text)}${/[.?!]$/.test(row.problem.text) ? "" : "."}</b> ${text(row.problem.more)}</span>${
          row.problem.ask ? button("ask", `${icon("mail")}<u>Ask the site</u>`, `data-t="${target}" class="om-flat"`) : ""}</div>`;
      }
      if (row.fixes?.length) {
        made += `<div class="om-fixes">${row.fixes.map((fix, at) => button("fix",
          `${text(fix.words)} <code>${middle(fix.code)}</code> <b class="${fix.said || fix.after > fix.before ? "om-good" : "om-bad"}">${
            fix.said ? text(fix.said) : `${fix.before.toLocaleString("en")} → ${counted(fix.after, fix.of)}`}</b>`,
          `data-t="${target}" data-fix="${at}" title="${text(fix.code)}"`)).join("")}</div>`;
      }
      for (const warning of row.warnings || []) made += `<div class="om-why om-warn">${icon("invalid")}<span>${coded(warning)}</span></div>`;
      if (row.unconfirmed) made += `<div class="om-why om-unconfirmed">${icon("proposal")}<span title="${text(row.unconfirmed)}">Proposed: ${coded(row.unconfirmed)}</span>${
        button("confirm", "<u>Confirm</u>", `data-t="${target}" class="om-flat" aria-label="Confirm ${text(row.label)}"`)}</div>`;
      return made;
    };
    const coded = (said) => text(said.split("\n")[0]).replace(/`([^`]+)`/g, "<code>$1</code>");
    const drawNotes = () => {
      list.querySelector(".om-notes")?.remove();
      if (!S.notes.length) return;
      const node = document.createElement("div");
      node.className = "om-notes";
      node.innerHTML = S.notes.map((note) => `<div class="om-why om-warn">${icon("invalid")}<span>${coded(note)}</span>${
        /in no event mapping entry/.test(note) && ui.drawer !== "event_mapping"
          ? button("drawer", "<u>Say what it stands for</u>", 'class="om-flat" data-drawer="event_mapping"') : ""}</div>`).join("");
      list.prepend(node);
    };

    // -- event and order
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
        return leaf("fill", `<span class="om-dot">${mark}</span><span class="om-key">${text(seek ? line.p : line.n)}</span>
          <span class="om-leaf-value">${middle(line.v)}</span>`, line,
          `${pad} class="om-leaf${focused.has(line.p) ? " om-here" : ""}" title="${text(line.p)}${said}"`);
      }).join("");
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
        return `<div class="om-json" data-m="${text(line.m || "")}" style="--d:${line.i}"><b class="om-mark">${text(line.m || "")}</b>${
          fold}<code>${key}<span class="${kind}">${opens || closes ? text(value) : middle(value)}</span></code></div>`;
      }).join("") : '<p class="om-none">There is no order: this event is not sent.</p>';
    };

    // -- drawers
    const input = (key, value, label, place = "", list = "") =>
      `<input data-key="${key}" value="${text(value)}" aria-label="${text(label)}" placeholder="${text(place)}" spellcheck="false" ${
        list ? `list="om-${list}"` : ""}>`;
    const select = (key, value, label, choices) =>
      `<select data-key="${key}" aria-label="${text(label)}">${choices.map((c) =>
        `<option ${c === value ? "selected" : ""}>${text(c)}</option>`).join("")}</select>`;
    const faults = (data, prefix) => data.faults.filter((f) => f.key === prefix || f.key.startsWith(`${prefix}.`))
      .map((f) => `<div class="om-fault">${icon("invalid")}${text(f.text)}</div>`).join("");
    const conditions = (key, lines) => lines.map((line, at) => `<div class="om-cond">
      ${input(`${key}.${at}.property`, line.property, "Property", "property", "paths")}
      ${select(`${key}.${at}.operator`, line.operator, "Operator", S.choices?.operators || [])}
      ${S.choices?.without_value.includes(line.operator) ? "<span></span>" : input(`${key}.${at}.value`,
        line.values ? line.values.join(" | ") : line.value ?? "", "Value", "value, or a | b for one of them")}
      ${button("remove", "Remove", `class="om-flat" data-from="${key}" data-at="${at}" aria-label="Remove condition ${at + 1}"`)}</div>`).join("");
    const forms = {
      event_mapping: (d) => `<div class="om-grid3"><span>Event</span><span>Order status</span><span>Events</span></div>
        ${d.rows.map((row, at) => `<div class="om-grid3">${input(`rows.${at}.event_name`, row.event_name, "Event", "event name", "names")}
        ${input(`rows.${at}.order_status`, row.order_status, "Order status", "CREATE_ORDER", "statuses")}<span>${d.counts[at] || 0}</span>
        ${button("remove", "Remove", `class="om-flat" data-from="rows" data-at="${at}" aria-label="Remove ${text(row.event_name)}"`)}</div>
        ${faults(d, `event_mapping.${at}`)}`).join("")}
        ${d.faults.filter((f) => f.key === "event_mapping").map((f) => `<div class="om-fault">${icon("invalid")}${text(f.text)}</div>`).join("")}
        ${d.others.map(([name, n, status]) => `<div class="om-other om-unmapped">${
          button("map_event", "Map it", `data-name="${text(name)}" aria-label="Map ${text(name)}"`)}<span><code>${text(name)}</code> (${n} event${n === 1 ? "" : "s"})
        has no order status: it is not sent.${status ? ` Perhaps it is <code>${text(status)}</code>.` : ""}</span></div>`).join("")}
        ${d.more ? `<div class="om-other">${icon("not needed")}<span>and ${d.more.toLocaleString("en")} more names:
        does <code>${text(d.event_property)}</code> say what happened?</span></div>` : ""}
        <div class="om-foot-line">${button("add", "Add an event", 'data-to="rows"')}
        <label>Event property ${input("event_property", d.event_property, "Event property", "event_name", "paths")}</label>
        ${faults(d, "event_property")}<span class="om-soft">Every change shows at once in the rows below.</span></div>
        <datalist id="om-names">${[...d.others.map(([n]) => n), ...d.rows.map((r) => r.event_name)].map((n) => `<option value="${text(n)}">`).join("")}</datalist>
        <datalist id="om-statuses"><option value="CREATE_ORDER"><option value="CANCEL_ORDER"><option value="COMPLETE_ORDER"></datalist>`,
      transformation: (d) => `${d.rows.map((step, at) => {
        const action = actionOf(step), other = ACTIONS[action];
        return `<div class="om-step"><div class="om-grid4">${select(`rows.${at}.action`, action, "What is done", Object.keys(ACTIONS))}
          ${input(`rows.${at}.property`, step.property, "Property", "property", "paths")}
          ${action === "delete" ? "<span></span>" : action === "set" ? `<input data-key="rows.${at}.value" data-late value="${text(d.texts[at])}"
            aria-label="Value" placeholder="path, text or formula" list="om-paths" spellcheck="false">`
            : input(`rows.${at}.${other}`, step[other] ?? "", action === "copy" ? "Copied from" : "New name", action === "copy" ? "from property" : "new name", "paths")}
          <span class="om-soft">${(d.counts[at] ?? null) === null ? "" : counted(d.counts[at], d.of)}</span>
          ${button("remove", "Remove", `class="om-flat" data-from="rows" data-at="${at}" aria-label="Remove step ${at + 1}"`)}</div>
          <div class="om-when">only for events ${input(`rows.${at}.event_names`, (step.event_names || []).join(" | "), "Event names", "all; a | b for several")}
          ${(step.condition || []).length > 1 ? select(`rows.${at}.match`, step.match || "all", "How many conditions", ["all", "any"]) : ""}
          ${button("add", "Add a condition", `class="om-flat" data-to="rows.${at}.condition"`)}</div>
          ${conditions(`rows.${at}.condition`, step.condition || [])}${faults(d, `transformation.${at}`)}</div>`;
      }).join("") || '<p class="om-soft">Nothing is changed: properties are mapped as they come.</p>'}
        <div class="om-foot-line">${button("add", "Add a step", 'data-to="rows"')}<span class="om-soft">Steps are carried out in order, before the mapping.</span></div>`,
      filter: (d) => `${d.tests ? `<div class="om-other">${icon("invalid")}<span>${d.tests.number === 1 ? "1 order is a test" : `${d.tests.number.toLocaleString("en")} orders are tests`},
        as <code>${text(d.tests.path)}</code> says.</span>${button("tests", "Leave out", 'aria-label="Leave out the tests"')}</div>` : ""}${conditions("filter.condition", d.filter.condition || [])}
        <div class="om-foot-line">${button("add", "Add a condition", 'data-to="filter.condition"')}
        ${(d.filter.condition || []).length > 1 ? `<label>must hold ${select("filter.match", d.filter.match || "all", "How many conditions", ["all", "any"])}</label>` : ""}</div>
        <label class="om-wide">Formula ${input("filter.formula", d.filter.formula ?? "", "Advanced filter", "must give true")}</label>
        <label class="om-wide">Consent ${input("filter.consent", d.filter.consent ?? "", "Consent category", "category that user.consent_categories must hold")}</label>
        ${faults(d, "filter")}<p class="om-soft">${counted(d.passed, d.of)} events pass. All that is filled in must hold; filters see an event as it came.</p>`,
      connection: (d) => `${[["connection.endpoint_url", "Endpoint URL", "in TikTok's partner reference"],
        ["connection.token_url", "Token URL", d.token_url], ["connection.merchant_id", "Merchant Id", "the merchant's id at TikTok"],
        ["connection.merchant_code", "Merchant code", "merchants in the U.S. only: the Merchant Id and .u1"],
        ["connection.throttle_codes", "Codes for too fast", "a | b, beside those known"],
        ["connection.token_codes", "Codes for the token", "a | b, beside those known"],
        ["credentials", "Credentials", "the name of stored credentials, no secret"], ["timezone", "Time zone", "for times without an offset"]]
        .map(([key, label, place]) => { const value = at(d, key);
          return `<label class="om-wide">${label} ${input(key, Array.isArray(value) ? value.join(" | ") : value ?? "", label, place)}</label>
          ${faults(d, key === "credentials" ? "settings.credentials" : key)}`; }).join("")}
        <label class="om-check"><input type="checkbox" data-key="checks.platform" ${d.checks.platform ? "checked" : ""}> Warn of what the platform’s documentation asks for</label>
        <p class="om-soft">Secrets are kept in the operating system’s keyring, never in settings: only their name stands here.</p>`,
    };
    const at = (data, key) => key.split(".").reduce((part, name) => part?.[name], data);
    const actionOf = (step) => "value" in step ? "set" : "copy_from" in step ? "copy" : "new_name" in step ? "rename" : "delete";
    const drawDrawer = () => {
      const node = $(".om-drawer"), data = S.drawers[ui.drawer];
      node.hidden = !data;
      if (!data) return keep(node, () => "");
      const [label, about] = DRAWERS[ui.drawer];
      keep(node, () => `<div class="om-drawer-head"><b>${label}</b> <span class="om-soft">${about}</span><span class="om-gap"></span>
        ${button("drawer", icon("close"), `class="om-flat om-square" data-drawer="${ui.drawer}" aria-label="Close ${label}"`)}</div>${forms[ui.drawer](data)}`);
    };
    /** Draws a part anew; what has the focus in it keeps it, with its caret. */
    const drawn = new WeakMap();
    const named = (node) => node.dataset.key || (node.dataset.act ? JSON.stringify({ ...node.dataset }) : "");
    const keep = (node, html) => {
      const made = html();
      // Undo may come before the answer to what it takes back: only the field has changed then.
      if (drawn.get(node) === made && !ui.undone) return;
      drawn.set(node, made);
      const active = root.getRootNode().activeElement, key = node.contains(active) ? named(active) : "";
      // What Undo took back is not what stands in the field.
      const typed = key && !ui.undone && active.tagName === "INPUT" && active.type !== "checkbox" ? active.value : null;
      const range = typed === null ? null : [active.selectionStart, active.selectionEnd];
      node.innerHTML = made;
      const again = key && [...node.querySelectorAll("[data-key], [data-act]")].find((n) => named(n) === key);
      if (!again) return;
      if (typed !== null) again.value = typed;
      again.focus({ preventScroll: true });
      if (range) again.setSelectionRange(...range);
    };
    const partOf = { event_mapping: (d) => d.rows, transformation: (d) => d.rows, filter: (d) => d.filter };
    const listed = (value) => value.split("|").map((v) => v.trim()).filter(Boolean);
    /** Changes a copy of the drawer's data at a key, and sends the part that it belongs to. */
    const change = (key, value) => {
      const data = structuredClone(S.drawers[ui.drawer]), names = key.split(".");
      const last = names.pop(), holder = names.reduce((part, name) => part[name] ?? (part[name] = {}), data);
      if (last === "action") {
        for (const name of Object.values(ACTIONS)) delete holder[name];
        holder[ACTIONS[value]] = value === "delete" ? true : value === "set" ? { typed: "" } : "";
      } else if (last === "event_names" || last.endsWith("_codes")) {
        holder[last] = listed(value);
      } else if (ui.drawer === "transformation" && last === "value" && names.length === 2) {
        holder.value = { typed: value };
      } else if (last === "value" && "operator" in holder) {
        const several = listed(value);
        delete holder.values;
        if (several.length > 1) { delete holder.value; holder.values = several; } else holder.value = value;
      } else if (value === "" && ["formula", "consent"].includes(last) || (value === "" && names[0] === "connection")) {
        delete holder[last];
      } else holder[last] = value;
      S.drawers[ui.drawer] = data;
      const part = { credentials: "settings.credentials", timezone: "timezone", checks: "checks", connection: "connection",
        event_property: "event_property" }[key.split(".")[0]];
      if (part) send("change_part", { part, value: part === "connection" ? data.connection : part === "checks" ? data.checks : value });
      else send("change_part", { part: ui.drawer, value: partOf[ui.drawer](data) });
    };
    const edit = (key, how) => {
      const data = structuredClone(S.drawers[ui.drawer]), names = key.split("."), last = names.pop();
      const holder = names.reduce((part, name) => part[name], data);
      how((holder[last] ??= []), key);
      if (!holder[last].length && last === "condition") delete holder[last];
      S.drawers[ui.drawer] = data;
      send("change_part", { part: ui.drawer, value: partOf[ui.drawer](data) });
    };
    const fresh = (key) => key.endsWith("condition") ? { property: "", operator: "is", value: "" }
      : ui.drawer === "event_mapping" ? { event_name: "", order_status: "" } : { property: "", new_name: "" };

    // -- completion
    const close = () => {
      options.hidden = true;
      ui.options = [];
      ui.at = -1;
      ui.moved = ui.due = false;
      list.querySelectorAll("input[aria-expanded=true]").forEach((i) => {
        i.setAttribute("aria-expanded", "false");
        i.removeAttribute("aria-activedescendant");
      });
    };
    const drawOptions = () => {
      const field = root.getRootNode().activeElement;
      if (!ui.options.length || !field?.closest?.(".om-field")) return close();
      options.innerHTML = ui.options.map((o, n) => `<div role="option" id="om-o${n}" data-act="take" data-n="${n}" class="om-option"
        aria-selected="${n === ui.at}"><code>${middle(o.shown)}</code><span>${text(o.hint)}</span><span class="${o.bad ? "om-poor" : ""}">${text(o.note)}</span></div>`)
        .join("") + `<div class="om-hint" aria-hidden="true">read as a <b>${text(ui.kind || "path")}</b> <kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> take it <kbd>Esc</kbd> as it was</div>`;
      options.hidden = false;
      const a = field.getBoundingClientRect(), b = inner.getBoundingClientRect();
      const width = Math.min(440, b.width - 16);
      options.style.width = `${width}px`;
      options.style.left = `${Math.max(8, Math.min(a.left - b.left - 20, b.width - width - 8))}px`;
      const below = a.bottom - b.top + 4, high = options.offsetHeight;
      options.style.top = `${below + high > b.height && a.top - b.top - high > 0 ? a.top - b.top - high - 4 : below}px`;
      field.setAttribute("aria-expanded", "true");
      if (ui.at >= 0) field.setAttribute("aria-activedescendant", `om-o${ui.at}`);
      else field.removeAttribute("aria-activedescendant");
    };
    /** Whether the options answer what stands in the field now: those of a key before would undo the last one. */
    const current = () => ui.answered === nodes[ui.focus]?.querySelector("input")?.value;
    const take = (n) => {
      const option = ui.options[n], field = nodes[ui.focus]?.querySelector("input");
      if (!option || !field) return;
      field.value = option.text;
      field.focus();
      field.setSelectionRange(option.caret, option.caret);
      // A formula goes on: what is taken is a part of it.
      if (option.more || /[(]|^\s*=/.test(option.text)) return send("type", { target: ui.focus, text: field.value, caret: option.caret });
      close();
      send("write", { target: ui.focus, text: field.value });
      ui.before = null;
      nodes[ui.focus].focus();
    };

    // -- events to choose from
    const drawEvents = (found) => {
      const node = $(".om-events");
      node.hidden = !ui.listing;
      if (!ui.listing) return (node.innerHTML = "");
      if (!node.firstChild) {
        node.innerHTML = `<label class="om-find">${icon("find")}<input data-own="query" aria-label="Find an event" placeholder="Find an event"></label>
          <div role="listbox" aria-label="Events" tabindex="0"></div>`;
        node.querySelector("input").focus();
      }
      node.querySelector("[role=listbox]").innerHTML = (found || []).map((e) => `<div role="option" class="om-option" data-act="pick" data-at="${e.at}"
        aria-selected="${e.at === S.bar.event?.at}"><span>${e.at + 1}</span><b>${text(e.id || e.event || e.name)}</b><span>${text(e.id ? e.event || e.name : "")}</span>
        <span>${text(e.status)}</span><span class="om-s" data-s="${OUTCOMES[e.outcome]}">${icon(OUTCOMES[e.outcome])}${text(e.words)}</span></div>`).join("")
        || (found ? `<p class="om-none">Nothing found${S.bar.shown ? ` among those that are ${text(S.bar.shown)}` : ""}</p>` : "");
    };
    const listEvents = (open) => {
      ui.listing = open;
      drawEvents();
      $(".om-picker")?.setAttribute("aria-expanded", String(open));
      if (open) send("list_events", { query: "" });
    };

    // -- what comes from Python
    const draw = (patch, keepText) => {
      Object.assign(S, { ...patch, rows: { ...S.rows, ...(patch.rows || {}) } });
      if (patch.bar || patch.meter || patch.order || patch.drawers) drawBars();
      for (const target of Object.keys(patch.rows || {})) drawRow(target, keepText);
      if (patch.groups || patch.rows) drawGroups();
      if (patch.notes) drawNotes();
      if (patch.tree || patch.used) drawTree();
      if (patch.order) drawOrder();
      if (patch.drawers) { drawHead(); drawDrawer(); drawPaths(); }
      else if (patch.tree) drawPaths();
      if (!ui.focus) first();
    };
    const drawPaths = () => {
      const place = $("#om-paths") || inner.appendChild(Object.assign(document.createElement("datalist"), { id: "om-paths" }));
      place.innerHTML = S.tree.filter((l) => l.v !== undefined).map((l) => `<option value="${text(l.p)}">`).join("");
    };
    const first = () => {
      const node = list.querySelector(".om-row:not([hidden])");
      if (node) node.tabIndex = 0;
    };
    let quiet;
    const say = (html, tone) => {
      const node = $(".om-message");
      node.innerHTML = html;
      node.dataset.tone = tone;
      clearTimeout(quiet);
      if (["mute", "good"].includes(tone)) quiet = setTimeout(() => (node.innerHTML = ""), 6000);
    };
    /** What stood in a field stands there again; what was typed is said, as it may have been long. */
    const putBack = (node, before) => {
      say(`As it was. Typed was: <code>${text(node.value)}</code>`, "mute");
      node.value = before;
    };
    const received = (content) => {
      if (content.choices) S.choices = content.choices;
      if (content.patch) {
        const late = content.cause === "change_part" && content.number !== ui.number && $(".om-drawer").contains(document.activeElement);
        // What was typed since stays; the answer waits, as the next one holds only what is different from it.
        if (late) { ui.held = content.patch.drawers || ui.held; delete content.patch.drawers; }
        else if (ui.held) { content.patch.drawers ??= ui.held; ui.held = null; }
        ui.undone = ["take_back", "do_again"].includes(content.cause);
        draw(content.patch, content.cause === "type");
        ui.undone = false;
        // What had the focus may have been drawn anew: letters are not for the cell then.
        if (ui.inside && document.activeElement === document.body) root.focus({ preventScroll: true });
        if (content.cause === "next_problem") showProblem();
        if (content.cause === "save") { ui.saved = !S.bar.unsaved?.length; drawBars(); }
        // Taken with the keyboard: what comes next is waiting.
        if (ui.onward && content.number === ui.onward) { ui.onward = 0; problem(1, false); ui.arrived = ui.focus; }
        if (content.cause === "type" && ui.focus) drawKind();
      }
      if (content.typed !== undefined) {
        const field = nodes[ui.focus]?.querySelector("input");
        if (field) { field.value = content.typed; field.focus(); field.setSelectionRange(content.caret, content.caret); }
      }
      if (content.completions) {
        // What was gone to with the arrow keys stays chosen, while answers to keys before come in.
        const chosen = ui.moved && ui.options[ui.at]?.shown;
        ui.options = content.completions;
        ui.kind = content.kind;
        // What was typed is never replaced by what only contains it: a text is not offered first.
        const offered = ui.options[0] || {};
        ui.at = offered.sure || (content.kind === "path" && ui.options.length && offered.note !== "text" && !offered.bad) ? 0 : -1;
        const still = chosen ? ui.options.findIndex((option) => option.shown === chosen) : -1;
        ui.moved = still >= 0;
        if (ui.moved) ui.at = still;
        ui.answered = content.text;
        drawOptions();
        // Enter was pressed on an option before this answer to the last key came.
        if (ui.due && current()) { ui.due = false; if (ui.moved) take(ui.at); }
      }
      if (content.events) drawEvents(content.events);
      if (content.copy) navigator.clipboard?.writeText(content.copy).catch(() => {});
      if (content.message) say(content.message.html, content.message.tone);
    };
    const drawKind = () => {
      const kind = nodes[ui.focus]?.querySelector(".om-kind");
      if (kind) kind.textContent = S.rows[ui.focus].kind;
    };

    // -- what a person does
    const acts = {
      step: (d) => send("step", { by: Number(d.by) }),
      list: () => listEvents(!ui.listing),
      pick: (d) => { listEvents(false); send("pick", { at: Number(d.at) }); },
      next_problem: () => send("next_problem", { by: 1 }),
      take_back: () => send("take_back"),
      save: () => send("save"),
      narrow: (d) => send("narrow", { outcome: d.outcome }),
      accept_all: () => send("accept_all"),
      accept: (d) => { send("accept", { target: d.t }); nodes[d.t].focus({ preventScroll: true }); },
      confirm: (d) => send("confirm", { target: d.t }),
      ask: (d) => send("ask", { target: d.t }),
      fix: (d) => send("use_fix", { target: d.t, value: S.rows[d.t].fixes[Number(d.fix)].value }),
      other: (d) => send("use_fix", { target: d.t, value: S.rows[d.t].proposal.others[Number(d.n)].value }),
      fill: (d) => {
        const field = drawerField(), typed = formulaField();
        if (typed) return send("insert", { path: d.p, text: typed.value, start: typed.selectionStart, end: typed.selectionEnd });
        if (!field) return send("fill", { path: d.p });
        // Conditions and steps are of every item, whichever was clicked.
        field.value = d.p.replace(/\.\d+(?=\.|$)/g, "");
        change(field.dataset.key, field.value);
      },
      take: (d) => take(Number(d.n)),
      map_event: (d) => send("map_event", { name: d.name }),
      tests: () => send("change_part", { part: "filter", value: S.drawers.filter.tests.filter }),
      open_loading: () => send("open_loading"),
      load_samples: () => send("load_samples"),
      copy_order: () => navigator.clipboard?.writeText(S.order.text).catch(() => {}),
      tab: (d, go = true) => { ui.tab = d.tab; inner.dataset.tab = d.tab; drawBars(); drawHead(); if (go) [...root.querySelectorAll(`.om-tab-${d.tab}`)].find((t) => t.checkVisibility())?.focus(); },
      drawer: (d) => { ui.drawer = ui.drawer === d.drawer ? "" : d.drawer; drawHead(); drawDrawer(); drawNotes();
        if (ui.drawer) { $(".om-rows .om-scroll").scrollTop = 0; $(".om-drawer input, .om-drawer button")?.focus({ preventScroll: true }); } },
      fold: (d) => { ui.folded.has(d.group) ? ui.folded.delete(d.group) : ui.folded.add(d.group); drawGroups();
        list.querySelector(`[data-group="${d.group}"]`)?.focus(); },
      branch: (d) => { ui.treeFolded.has(d.p) ? ui.treeFolded.delete(d.p) : ui.treeFolded.add(d.p); drawTree();
        $(`.om-branch[data-p="${CSS.escape(d.p)}"]`)?.focus(); },
      fold_order: (d) => { const n = Number(d.at); ui.orderFolded.has(n) ? ui.orderFolded.delete(n) : ui.orderFolded.add(n); drawOrder(); },
      add: (d) => { edit(d.to, (rows, key) => rows.push(fresh(key))); drawDrawer(); const all = $(".om-drawer").querySelectorAll("input");
        [...all].find((i) => i.dataset.key?.startsWith(`${d.to}.`) && !i.value)?.focus(); },
      remove: (d) => { edit(d.from, (rows) => rows.splice(Number(d.at), 1)); drawDrawer(); },
    };
    /** While a fix is pointed at or has the focus, the chip says what it does to all events. */
    const preview = (event) => {
      const node = event.target.closest?.("[data-act=fix]"), chip = $(".om-chip[data-outcome=mapped] b");
      if (!chip) return;
      const [before, after] = (node && S.rows[node.dataset.t]?.fixes?.[Number(node.dataset.fix)]?.mapped) || [];
      const now = before === undefined ? S.bar.outcomes.mapped.toLocaleString("en")
        : `${before.toLocaleString("en")} → ${after.toLocaleString("en")}`;
      if (chip.textContent !== now) chip.textContent = now;
    };
    for (const name of ["mouseover", "focusin"]) root.addEventListener(name, preview);
    root.addEventListener("mousedown", (event) => {
      const field = event.target.closest(".om-field input");
      if (field && !event.button && field !== root.getRootNode().activeElement) {
        event.preventDefault(); // the first click takes all that stands there, as what is typed replaces it
        field.focus({ preventScroll: true });
        return field.select();
      }
      if (!event.target.closest(".om-options, .om-event .om-scroll")) return;
      event.preventDefault(); // the field keeps the focus
      if (!root.contains(root.getRootNode().activeElement)) root.focus({ preventScroll: true });
    });
    root.addEventListener("click", (event) => {
      const node = event.target.closest("[data-act]");
      if (node && !node.disabled) acts[node.dataset.act]?.(node.dataset);
      if (ui.listing && !event.target.closest(".om-events, .om-picker")) listEvents(false);
    });
    root.addEventListener("focusin", (event) => {
      ui.inside = true;
      const node = event.target.closest(".om-row");
      const inDrawer = event.target.matches(".om-drawer input:not([type=checkbox])");
      // Drawn anew while it is typed into, a field is the same one still.
      if (!inDrawer || event.target.dataset.key !== ui.drawerKey) {
        ui.drawerKey = inDrawer ? event.target.dataset.key : "";
        ui.drawerBefore = inDrawer ? event.target.value : null;
      }
      if (!node) return drawFoot();
      const target = node.dataset.t;
      if (ui.focus !== target) {
        nodes[ui.focus]?.classList.remove("om-focus");
        if (nodes[ui.focus]) nodes[ui.focus].tabIndex = -1;
        ui.focus = target;
        node.classList.add("om-focus");
        send("choose_row", { target });
      }
      drawFoot();
      list.querySelectorAll(".om-row[tabindex='0']").forEach((n) => (n.tabIndex = -1));
      node.tabIndex = 0;
      if (event.target.matches(".om-field input") && ui.before === null) {
        ui.before = S.rows[target].text;
        if (S.rows[target].proposal) {
          event.target.value = S.rows[target].text;
          // What stands there is the vendor's own: whoever types means something else.
          const field = event.target;
          requestAnimationFrame(() => field.value === S.rows[target].text && field.select());
        }
      }
    });
    root.addEventListener("focusout", (event) => {
      if (event.relatedTarget) ui.inside = root.contains(event.relatedTarget);
      if (!event.target.matches(".om-field input")) return;
      close();
      showCut(event.target);
      if (ui.before !== null && event.target.value !== ui.before) send("leave");
      else drawRow(event.target.closest(".om-row").dataset.t, false);
      ui.before = null;
    });
    root.addEventListener("input", (event) => {
      const node = event.target, own = node.dataset.own;
      if (own === "seek") { ui.seek = node.value; drawTree(); }
      else if (own === "find" || own === "show") { ui[own] = node.value; drawGroups(); first(); }
      else if (own === "query") send("list_events", { query: node.value });
      else if (node.closest(".om-field")) { drawFoot(); send("type", { target: ui.focus, text: node.value, caret: node.selectionStart }); }
      else if (node.dataset.key && node.closest(".om-drawer") && !("late" in node.dataset) && node.type !== "checkbox") change(node.dataset.key, node.value);
    });
    root.addEventListener("change", (event) => {
      const node = event.target;
      if (node.type === "checkbox") change(node.dataset.key, node.checked);
      else if ("late" in node.dataset) change(node.dataset.key, node.value);
    });
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
    model.on("msg:custom", received);
    el.append(root);
    // Where one pane has room, it is the one to work in. The width is known once all is in place.
    requestAnimationFrame(() => { if (root.clientWidth && root.clientWidth < 760) acts.tab({ tab: "rows" }, false); });
    send("draw");
    return () => model.off("msg:custom", received);
  },
};
