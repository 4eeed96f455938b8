// The table of events as they arrive. What is open stays where it is: rows that come meanwhile wait.
const COLUMNS = ["Time", "Event", "Order", "Booking", "Mandatory", "Outcome"];
const WHOLE = 24; // signs of a name or an id that stand on one line
const STATES = [["", "All"], ["mapped", "✓ Mapped"], ["rejected", "△ With problems"], ["filtered", "– Not for TikTok"]];

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function meter(row) {
  const cell = make("td", "ok-live-mandatory");
  if (!row.asked || row.outcome === "filtered") {
    cell.textContent = "–";
    return cell;
  }
  const ticks = make("span", "ok-meter");
  ticks.setAttribute("aria-hidden", "true");
  const rank = { ok: 0, missing: 1, invalid: 1 };
  const states = [...row.states].sort((a, b) => (rank[a] ?? 2) - (rank[b] ?? 2));
  for (const state of states) ticks.append(make("i", `ok-tick-${state.replace(" ", "-")}`));
  cell.append(ticks, make("b", "", `${row.there} of ${row.asked}`), make("span", "ok-hint", row.later));
  return cell;
}

function outcome(row) {
  const cell = make("td");
  if (row.outcome === "filtered") {
    cell.append(make("span", "ok-hint", `– not for TikTok: ${row.reason}`));
  } else if (row.outcome === "mapped") {
    cell.append(make("span", "ok-live-ok", "✓ mapped"));
  } else {
    cell.append(make("span", "ok-live-bad", `⊗ ${row.wrong || "with problems"}`));
  }
  return cell;
}

/** All that a search looks in: what the row and its detail say. */
function wordsOf(row) {
  const parts = row.rows.flatMap((each) => [each.target, each.reads, each.value, each.state]);
  return [row.event, row.order, row.status, row.reason, row.wrong, ...parts, ...row.problems].join("\n").toLowerCase();
}

function detail(row, openMapper) {
  const line = make("tr", "ok-live-detail");
  const cell = make("td");
  cell.colSpan = COLUMNS.length;
  const list = make("div", "ok-live-rows");
  for (const each of row.rows) {
    const part = make("div", `ok-live-row ok-tick-${each.state.replace(" ", "-")}`);
    part.append(make("span", "", each.target), make("code", "", each.reads));
    part.append(make("code", "ok-live-value", each.value), make("span", "ok-live-state", each.state));
    list.append(part);
  }
  cell.append(list);
  for (const problem of row.problems) {
    // What stands between backticks is code.
    const said = make("p", "ok-hint", "");
    problem.split("`").forEach((part, at) => said.append(at % 2 ? make("code", "", part) : part));
    cell.append(said);
  }
  const mapper = make("button", "ok-live-primary", "Open in the mapper");
  mapper.type = "button";
  mapper.addEventListener("click", () => openMapper(row.number));
  cell.append(mapper);
  line.append(cell);
  return line;
}

function render({ model, el }) {
  const shown = new Map();
  const table = make("table", "ok-live");
  const caption = make("caption", "", "Events as they arrive, newest first");
  const head = make("tr");
  for (const name of COLUMNS) head.append(make("th", "", name));
  const body = make("tbody");
  const top = make("thead");
  top.append(head);
  table.append(caption, top, body);
  const waiting = make("button", "ok-live-waiting", "none wait");
  waiting.type = "button";
  waiting.style.visibility = "hidden"; // its place is kept: it moves nothing when it comes
  const empty = make("p", "ok-hint");
  const bar = make("div", "ok-live-bar");
  const chips = STATES.map(([state, word]) => {
    const chip = make("button", "ok-live-chip");
    chip.type = "button";
    chip.dataset.state = state;
    chip.append(`${word} `, make("b"));
    chip.addEventListener("click", () => {
      chosen = state;
      narrow();
    });
    return chip;
  });
  const search = make("input", "ok-live-search");
  search.type = "search";
  search.placeholder = "Order, event, property";
  search.setAttribute("aria-label", "Search the events");
  search.addEventListener("input", narrow);
  const states = make("div");
  states.setAttribute("role", "group");
  states.setAttribute("aria-label", "Show events by what became of them");
  states.append(...chips);
  bar.append(states, search);
  const keys = make("p", "ok-hint ok-live-keys", "Keys: Space pauses, K keeps; ↑ ↓ go from row to row, Enter opens, N next problem, C copies, / searches");
  el.append(bar, waiting, table, empty, keys);
  let open = null;
  let chosen = "";

  /** Hide what is not asked for; what is open and hidden is closed, or it would hold others back. */
  function narrow() {
    const asked = search.value.trim().toLowerCase();
    let visible = 0;
    for (const { line, row, words } of shown.values()) {
      line.hidden = !((!chosen || row.outcome === chosen) && words.includes(asked));
      visible += !line.hidden;
    }
    if (open?.line.hidden) toggle(open.line);
    const all = [...shown.values()];
    for (const chip of chips) {
      const { state } = chip.dataset;
      chip.setAttribute("aria-pressed", String(state === chosen));
      chip.lastChild.textContent = all.filter(({ row }) => !state || row.outcome === state).length;
    }
    const seen = [...body.querySelectorAll("tr[data-number]:not([hidden])")];
    if (!seen.some((line) => line.tabIndex === 0)) reach(seen[0], false);
    bar.hidden = !all.length;
    table.hidden = !visible;
    empty.hidden = Boolean(visible);
    empty.textContent = all.length ? "No event is like that" : "Waiting for the first event";
  }

  function toggle(line, row) {
    const again = open?.line === line;
    if (open) {
      open.detail.remove();
      open.button.setAttribute("aria-expanded", "false");
      open = null;
    }
    if (!again) {
      const button = line.querySelector("button");
      open = { line, button, detail: detail(row, (number) => model.send({ open: number })) };
      button.setAttribute("aria-expanded", "true");
      line.after(open.detail);
    } else {
      draw();
    }
  }

  /** Let Tab come to this one of the rows, and go there. */
  function reach(line, focus = true) {
    for (const each of shown.values()) each.line.tabIndex = each.line === line ? 0 : -1;
    if (focus) line?.focus();
  }

  function lineOf(row) {
    const line = make("tr");
    line.dataset.number = row.number;
    line.tabIndex = -1;
    const time = make("td");
    const button = make("button", "ok-live-time", row.time);
    button.type = "button";
    button.tabIndex = -1; // by keys, the row is gone to and opened
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `${row.time}: mapping of ${row.event} ${row.order}`);
    time.append(button);
    line.append(time);
    for (const text of [row.event, row.order]) {
      const cell = make("td");
      cell.append(make("code", text.length > WHOLE ? "ok-long" : "", text));
      line.append(cell);
    }
    line.append(make("td", "", row.status), meter(row), outcome(row));
    line.addEventListener("click", () => {
      reach(line);
      toggle(line, row);
    });
    return line;
  }

  function draw() {
    const rows = model.get("rows");
    const fresh = rows.filter((row) => !shown.has(row.number));
    if (open && fresh.length) {
      waiting.textContent = `${fresh.length} more arrived: show`;
      waiting.style.visibility = "";
      return;
    }
    waiting.style.visibility = "hidden";
    waiting.textContent = "none wait";
    body.prepend(...fresh.map((row) => {
      const line = lineOf(row);
      shown.set(row.number, { line, row, words: wordsOf(row) });
      return line;
    }));
    const kept = new Set(rows.map((row) => row.number));
    for (const [number, { line }] of shown) {
      if (!kept.has(number)) {
        line.remove();
        shown.delete(number);
      }
    }
    narrow();
  }

  /** Keys of the whole form, and of the row that has the focus; none of them while one types. */
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    const rows = [...body.querySelectorAll("tr[data-number]:not([hidden])")];
    const line = event.target.closest("tr[data-number]");
    const at = rows.indexOf(line);
    const { row } = shown.get(Number(line?.dataset.number)) ?? {};
    const wrong = (each) => shown.get(Number(each.dataset.number)).row.outcome === "rejected";
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const ofForm = {
      "/": () => search.focus(),
      n: () => {
        const next = [...rows.slice(at + 1), ...rows].find(wrong);
        if (next) reach(next);
      },
      k: () => model.send({ press: "keep" }),
      // On a button, Space presses that.
      " ": event.target.closest("button") && !line ? null : () => model.send({ press: "pause" }),
    };
    const ofRow = line && {
      ArrowDown: () => rows[at + 1] && reach(rows[at + 1]),
      ArrowUp: () => rows[at - 1] && reach(rows[at - 1]),
      Enter: event.target === line ? () => toggle(line, row) : null, // the button does it itself
      c: () => copyLine(line),
    };
    const act = ofForm[key] ?? ofRow?.[key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  async function copyLine(line) {
    const cells = [...line.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim());
    await navigator.clipboard?.writeText(cells.join("\t"));
    const copied = make("span", "ok-copied", "copied");
    copied.setAttribute("role", "status");
    line.cells[0].append(copied);
    setTimeout(() => copied.remove(), 1500);
  }

  waiting.addEventListener("click", () => toggle(open.line));
  let form = el;
  const frame = requestAnimationFrame(() => {
    form = el.closest(".ok-root") ?? el; // before, it is not on the page
    form.addEventListener("keydown", onKey);
  });
  model.on("change:rows", draw);
  draw();
  return () => {
    cancelAnimationFrame(frame);
    form.removeEventListener("keydown", onKey);
    model.off("change:rows", draw);
  };
}

export default { render };
