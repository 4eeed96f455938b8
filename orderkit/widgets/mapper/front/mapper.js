// Draws the mapper's screen and sends back what a person does. All state is Python's: see form.py.
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
    const mapper = { S, ui, root, inner, $, list, options, nodes, send };
    Object.assign(mapper, makeKeep(mapper));
    Object.assign(mapper, makeBars(mapper), makeRows(mapper), makeSides(mapper), makeDrawers(mapper), makeCompletion(mapper));
    const { drawBars, drawHead, drawEvents, listEvents, drawGroups, drawRow, drawNotes, showCut, drawTree, drawFoot, drawOrder,
      drawerField, formulaField, drawDrawer, change, edit, fresh, close, drawOptions, current, take } = mapper;

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
        // Another event has rows of other heights.
        if (content.patch.tree) for (const node of [...tall]) low(node);
        ui.undone = ["take_back", "do_again"].includes(content.cause);
        draw(content.patch, content.cause === "type");
        if (!options.hidden) drawOptions(); // the rows above it may be of another height now
        if (ui.held_row && content.patch.rows?.[ui.held_row]) settle();
        ui.undone = false;
        // What had the focus may have been drawn anew: letters are not for the cell then.
        if (ui.inside && document.activeElement === document.body) root.focus({ preventScroll: true });
        if (["next_problem", "narrow"].includes(content.cause)) showProblem();
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
    /** What is taken needs less room: what is below, and the next button with it, stays where it is. */
    const tall = new Set(), low = (node) => { tall.delete(node); node.style.minHeight = ""; };
    const hold = (target) => { ui.held_row = target; ui.high = nodes[target].offsetHeight; };
    const settle = () => {
      const node = nodes[ui.held_row], box = $(".om-rows .om-scroll"), less = ui.high - node.offsetHeight;
      const room = Math.min(Math.max(0, less), box.scrollTop);
      box.scrollTop -= room;
      // At the top nothing can come down: where the next button is in view, the row stays high until it is out of it.
      const next = [...list.querySelectorAll(".om-accept")].find((n) => n.getBoundingClientRect().top > node.getBoundingClientRect().top);
      if (less > room && next?.getBoundingClientRect().top < box.getBoundingClientRect().bottom + less - room) { node.style.minHeight = `${ui.high - room}px`; tall.add(node); }
      ui.held_row = "";
    };
    // Above what is in view a row may shrink unseen: browsers keep what is in view where it is.
    $(".om-rows .om-scroll").addEventListener("scroll", () => {
      const top = $(".om-rows .om-scroll").getBoundingClientRect().top;
      for (const node of [...tall]) if (node.getBoundingClientRect().bottom < top) low(node);
    });
    const acts = {
      step: (d) => send("step", { by: Number(d.by) }),
      list: () => listEvents(!ui.listing),
      pick: (d) => { listEvents(false); send("pick", { at: Number(d.at) }); },
      next_problem: () => send("next_problem", { by: 1 }),
      next_row: () => problem(1),
      go_row: (d) => {
        if (nodes[d.t].hidden) { ui.show = "all"; ui.find = ""; ui.folded.clear(); drawGroups(); drawHead(); }
        // Where there is room for one pane alone, the rows are another one.
        if (!nodes[d.t].checkVisibility()) acts.tab({ tab: "rows" }, false);
        nodes[d.t].focus({ preventScroll: true });
        reveal(nodes[d.t]);
      },
      take_back: () => send("take_back"),
      save: () => send("save"),
      narrow: (d) => send("narrow", { outcome: d.outcome }),
      accept_all: () => send("accept_all"),
      accept: (d) => { hold(d.t); send("accept", { target: d.t }); nodes[d.t].focus({ preventScroll: true }); },
      confirm: (d) => { hold(d.t); send("confirm", { target: d.t }); },
      ask: (d) => send("ask", { target: d.t }),
      fix: (d) => { hold(d.t); send("use_fix", { target: d.t, value: S.rows[d.t].fixes[Number(d.fix)].value }); },
      other: (d) => { hold(d.t); send("use_fix", { target: d.t, value: S.rows[d.t].proposal.others[Number(d.n)].value }); },
      fill: (d) => {
        const field = drawerField(), typed = formulaField();
        if (typed) return send("insert", { path: d.p, text: typed.value, start: typed.selectionStart, end: typed.selectionEnd });
        if (!field) return send("fill", { path: d.p });
        // Conditions and steps are of every item, whichever was clicked.
        field.value = d.p.replace(/\.\d+(?=\.|$)/g, "");
        change(field.dataset.key, field.value);
      },
      take: (d) => take(Number(d.n)),
      map_event: (d) => send("map_event", { name: d.name, status: "" }),
      map_events: () => send("map_events"),
      start_anew: () => send("start_anew"),
      change_part: (d) => send("change_part", { part: d.part, value: d.value }),
      tests: () => send("change_part", { part: "filter", value: S.drawers.filter.tests.filter }),
      open_loading: () => send("open_loading"),
      load_samples: () => send("load_samples"),
      copy_order: () => navigator.clipboard?.writeText(S.order.text).catch(() => {}),
      tab: (d, go = true) => { ui.tab = d.tab; inner.dataset.tab = d.tab; drawBars(); drawHead(); if (go) [...root.querySelectorAll(`.om-tab-${d.tab}`)].find((t) => t.checkVisibility())?.focus(); },
      drawer: (d) => { ui.drawer = ui.drawer === d.drawer ? "" : d.drawer; drawHead(); drawDrawer(); drawNotes();
        if (ui.drawer) { $(".om-rows .om-scroll").scrollTop = 0; $(".om-drawer input, .om-drawer button")?.focus({ preventScroll: true }); }
        // What was clicked to close it is gone: the keys are still the mapper's.
        else $(`.om-rows .om-head [data-drawer="${d.drawer}"]`)?.focus({ preventScroll: true }); },
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
      // A row that gets or loses the focus changes its height: the button would go from under the pointer.
      if (event.target.closest(".om-row button")) return event.preventDefault();
      if (!event.target.closest(".om-options, .om-event .om-scroll")) return;
      event.preventDefault(); // the field keeps the focus
      if (!root.contains(root.getRootNode().activeElement)) root.focus({ preventScroll: true });
    });
    root.addEventListener("click", (event) => {
      const node = event.target.closest("[data-act]"), row = node?.closest(".om-row");
      if (row && !row.contains(root.getRootNode().activeElement)) row.focus({ preventScroll: true });
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
      if ("stands" in node.dataset) send("map_event", { name: node.dataset.stands, status: node.value === "other" ? "" : node.value });
      else if (node.type === "checkbox") change(node.dataset.key, node.checked);
      else if ("late" in node.dataset) change(node.dataset.key, node.value);
    });
    const { problem, reveal, showProblem } = makeKeys({ ...mapper, acts, putBack });
    model.on("msg:custom", received);
    el.append(root);
    // Where one pane has room, it is the one to work in. The width is known once all is in place.
    requestAnimationFrame(() => { if (root.clientWidth && root.clientWidth < 760) acts.tab({ tab: "rows" }, false); });
    send("draw");
    return () => model.off("msg:custom", received);
  },
};
