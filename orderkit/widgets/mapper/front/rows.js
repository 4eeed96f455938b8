// The rows by group: source, value and state, and what is offered below.
const makeRows = (mapper) => {
  const { S, ui, root, list, nodes, keep } = mapper;

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
      <span class="om-label" title="${text(row.about)}">${text(row.label)}</span><span class="om-target" title="${text(row.name)}">${text(row.name)}</span>`;
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
      : row.value ? (MOMENT.test(row.value) ? begin(row.value) : middle(row.value)) : row.state === "missing" ? "nothing" : "–");
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
        (row.proposal.others || []).map((o, n) => button("other", `Or <code>${middle(o.label || o.text)}</code>${o.label ? "" : ` ${middle(o.shown)}`}`,
          `data-t="${target}" data-n="${n}" class="om-other" title="${text(o.text)}"`)).join("")}</div>`;
    }
    let made = row.kind === "formula" ? `<div class="om-why om-reads"><code class="om-formula">${text(row.text)}</code></div>` : "";
    if (row.problem) {
      made += `<div class="om-why"><span><b>${coded(row.problem.text)}${/[.?!]$/.test(row.problem.text) ? "" : "."}</b> ${text(row.problem.more)}</span>${
        row.problem.ask ? button("ask", `${icon("mail")}<u>Ask the site</u>`, `data-t="${target}" class="om-flat"`) : ""}</div>`;
    }
    if (row.fixes?.length) {
      made += `<div class="om-fixes">${row.fixes.map((fix, at) => button("fix",
        `${text(fix.words)} ${fix.code ? `<code>${middle(fix.code)}</code> ` : ""}${fix.gives ? `<span class="om-gives">${middle(fix.gives)}</span> ` : ""}<b class="${fix.said || fix.after > fix.before ? "om-good" : "om-bad"}">${
          fix.said ? text(fix.said) : `${fix.before.toLocaleString("en")} → ${counted(fix.after, fix.of)}`}</b>`,
        `data-t="${target}" data-fix="${at}" title="${text(fix.code)}"`)).join("")}</div>`;
    }
    for (const warning of row.warnings || []) made += `<div class="om-why om-warn">${icon("invalid")}<span>${coded(warning)}</span></div>`;
    if (row.unconfirmed) made += `<div class="om-why om-unconfirmed">${icon("proposal")}<span title="${text(row.unconfirmed)}">Proposed and in use: ${coded(row.unconfirmed)}</span>${
      button("confirm", "<u>Confirm</u>", `data-t="${target}" class="om-flat" aria-label="Confirm ${text(row.label)}"`)}</div>`;
    return made;
  };
  const drawNotes = () => {
    list.querySelector(".om-notes")?.remove();
    if (!S.notes.length) return;
    const node = document.createElement("div");
    node.className = "om-notes";
    node.innerHTML = S.notes.map((note) => `<div class="om-why om-warn">${icon("invalid")}<span>${coded(note.text)}</span>${
      note.do ? button(note.do, `<u>${text(note.label)}</u>`, `class="om-flat" ${
        Object.entries(note.with).map(([key, value]) => `data-${key}="${text(value)}"`).join(" ")}`)
        : note.drawer && note.drawer !== ui.drawer
        ? button("drawer", `<u>${text(note.label)}</u>`, `class="om-flat" data-drawer="${note.drawer}"`) : ""}</div>`).join("");
    list.prepend(node);
  };

  return { asked, open, showCut, drawGroups, drawRow, drawNotes };
};
