// Tables that sort, search, filter by state and copy, and JSON that folds: on plain HTML, without
// which everything is still there to be read. Runs once a page, and sees what is drawn later.
const kept = new WeakMap(); // part of the page → what its tables are sorted and searched by
const PART = ".widget-html-content, .jp-OutputArea-output, body"; // stays when a table is drawn anew
const MANY = 6; // rows from which on searching is worth a line of its own
const JSON_PART =
  /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/** Put a text into the clipboard; `focused` has the focus, now and afterwards. */
const toClipboard = async (focused, text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    focused.focus();
  }
};

const copy = async (button, text) => {
  await toClipboard(button, text);
  const label = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
};

/** What a cell says, without what is behind a click. */
const said = (cell) => (cell.querySelector("summary") ?? cell).textContent.trim();
const rowsOf = (table) => [...table.querySelectorAll("tbody tr:not(.ok-head)")];
const statesOf = (row) => [...row.querySelectorAll(".ok-badge")].map((each) => each.textContent);
/** How many a row stands for: where there is a column of numbers of events, so many. */
const weightOf = (row) =>
  Number(row.querySelector('td[data-label="events"]')?.textContent.replace(/,/g, "") ?? 1);
const weigh = (rows) => rows.reduce((sum, row) => sum + weightOf(row), 0);
const needsSomebody = (row) => row.querySelector(".ok-badge:is(.ok-bad, .ok-warn)");
const asLine = (row) => [...row.cells].map((cell) => said(cell).replace(/\s+/g, " ")).join("\t");

const copyRow = async (row) => {
  row.querySelector(".ok-copied")?.remove();
  await toClipboard(row, asLine(row));
  const copied = element("span", { className: "ok-copied", role: "status", textContent: "copied" });
  row.cells[0].append(copied);
  setTimeout(() => copied.remove(), 1500);
};

/** What a table is sorted and searched by, also when it is drawn anew in its place. */
const stateOf = (table, heads) => {
  const part = table.closest(PART);
  if (!kept.has(part)) kept.set(part, new Map());
  const states = kept.get(part);
  const name = [table.caption?.textContent, ...heads.map((head) => head.textContent)].join("|");
  const alike = [...part.querySelectorAll("table.ok-table")].filter((each) => each.okName === name);
  table.okName = name;
  const key = `${name}|${alike.length}`;
  if (!states.has(key)) states.set(key, { column: -1, down: false, words: "", word: "" });
  return states.get(key);
};

const compare = (one, other) => {
  const numbers = [one, other].map((text) => Number(text.replace(/[,%]/g, "") || NaN));
  if (numbers.every((number) => !Number.isNaN(number))) return numbers[0] - numbers[1];
  return one.localeCompare(other, undefined, { numeric: true });
};

const sort = (table, state) => {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, at) => {
    if (at === state.column) head.ariaSort = state.down ? "descending" : "ascending";
    else head.removeAttribute("aria-sort");
  });
  for (const body of table.tBodies) {
    const rows = rowsOf(body);
    const order = (row) => Number(row.dataset.ok);
    rows.sort((one, other) => {
      const way = state.down ? -1 : 1;
      const by = state.column < 0 ? 0
        : compare(said(one.cells[state.column]), said(other.cells[state.column]));
      return by * way || order(one) - order(other);
    });
    body.append(...rows);
  }
};

const filter = (table, state) => {
  const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const body of table.tBodies) {
    const rows = rowsOf(body);
    let some = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word)) ||
        Boolean(state.word && !statesOf(row).includes(state.word));
      some += !row.hidden;
    }
    const head = body.querySelector("tr.ok-head");
    if (!head) continue;
    head.hidden = !some;
    head.querySelector(".ok-shown")?.remove();
    if (some < rows.length) {
      head.cells[0].append(element("span", { className: "ok-shown", textContent: `${some} shown` }));
    }
  }
  // One row can be reached by Tab, and it is one that is seen.
  const rows = rowsOf(table);
  if (rows.find((row) => row.tabIndex === 0)?.hidden !== false) {
    const first = rows.find((row) => !row.hidden);
    for (const row of rows) row.tabIndex = row === first ? 0 : -1;
  }
};

const toolbar = (table, state, update) => {
  const rows = rowsOf(table);
  const counts = new Map();
  for (const row of rows) {
    for (const word of new Set(statesOf(row))) {
      counts.set(word, (counts.get(word) ?? 0) + weightOf(row));
    }
  }
  const bar = element("div", { className: "ok-bar-of-table" });
  const hasChips = counts.size > 1 && counts.size < 9;
  if (!hasChips || !counts.has(state.word)) state.word = "";
  if (hasChips) {
    const chips = [["", weigh(rows)], ...counts].map(([word, number]) => {
      const chip = element("button", { type: "button", className: "ok-chip", value: word });
      chip.append(word || "All", element("span", { textContent: ` ${number}` }));
      chip.onclick = () => update({ word });
      return chip;
    });
    bar.append(element("div", { className: "ok-chips", role: "group", ariaLabel: "Only" }, ...chips));
  }
  const search = element("input", { type: "search", placeholder: "Search", value: state.words });
  search.ariaLabel = `Search ${table.caption?.textContent ?? "the table"}`;
  search.oninput = () => update({ words: search.value });
  const found = element("span", { className: "ok-found", role: "status" });
  const button = element("button", { type: "button", textContent: "Copy", className: "ok-copy" });
  button.onclick = () => {
    const shown = rowsOf(table).filter((row) => !row.hidden);
    copy(button, [table.tHead.rows[0], ...shown].map(asLine).join("\n"));
  };
  bar.append(found, search, button);
  return bar;
};

const walk = (table, event) => {
  const row = event.target;
  if (row.tagName !== "TR" || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const rows = rowsOf(table).filter((each) => !each.hidden);
  const at = rows.indexOf(row);
  const to = {
    ArrowDown: () => rows[at + 1],
    ArrowUp: () => rows[at - 1],
    Home: () => rows[0],
    End: () => rows.at(-1),
    n: () => rows.slice(at + 1).find(needsSomebody) ?? rows.find(needsSomebody),
  }[key];
  if (to) {
    const next = to();
    if (next) {
      row.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
  } else if (key === "Enter") {
    for (const part of row.querySelectorAll("details")) part.open = !part.open;
  } else if (key === "c") {
    copyRow(row);
  } else return;
  event.preventDefault();
  event.stopPropagation();
};

const enhanceTable = (table) => {
  table.dataset.ok = "true";
  const rows = rowsOf(table);
  if (!table.tHead || rows.length < 2) return;
  const heads = [...table.tHead.rows[0].cells];
  const state = stateOf(table, heads);
  rows.forEach((row, at) => {
    row.dataset.ok = at;
    row.tabIndex = at ? -1 : 0;
  });
  table.addEventListener("keydown", (event) => walk(table, event));
  let bar;
  const update = (change) => {
    Object.assign(state, change);
    sort(table, state);
    filter(table, state);
    if (!bar) return;
    const shown = weigh(rows.filter((row) => !row.hidden));
    bar.querySelector(".ok-found").textContent =
      shown < weigh(rows) ? `${shown} of ${weigh(rows)}` : "";
    for (const chip of bar.querySelectorAll(".ok-chip")) {
      chip.ariaPressed = String(chip.value === state.word);
    }
  };
  heads.forEach((head, at) => {
    const button = element("button", { type: "button", className: "ok-sort" });
    button.append(...head.childNodes);
    button.onclick = () => {
      if (state.column !== at) update({ column: at, down: false });
      else update(state.down ? { column: -1, down: false } : { down: true });
    };
    head.append(button);
  });
  if (rows.length >= MANY) {
    bar = toolbar(table, state, update);
    const hadFocus = document.activeElement === document.body && state.words;
    const place = table.closest(".ok-scroll") ?? table;
    if (table.caption) {
      // The table keeps its name; where it is seen, the line with the search comes below it.
      place.before(element("p", {
        className: "ok-caption", ariaHidden: "true", textContent: table.caption.textContent,
      }));
      table.caption.classList.add("ok-unseen");
    }
    place.before(bar);
    if (hadFocus) bar.querySelector("input").focus();
  } else {
    Object.assign(state, { words: "", word: "" }); // nothing is hidden without a line that says so
  }
  update({});
};

const coloured = (line) => {
  const pieces = [];
  let end = 0;
  for (const match of line.matchAll(JSON_PART)) {
    pieces.push(line.slice(end, match.index));
    const kind = match[1] ? (match[2] ? "name" : "text") : "number";
    pieces.push(element("span", { className: `ok-j-${kind}`, textContent: match[1] ?? match[0] }));
    if (match[2]) pieces.push(match[2]);
    end = match.index + match[0].length;
  }
  return [...pieces, line.slice(end)];
};

/** Lines of indented JSON as nodes; what stands between brackets folds. */
const folded = (lines, at = 0, depth = 0) => {
  const nodes = [];
  while (at < lines.length) {
    const line = lines[at++];
    if (depth && /^\s*[}\]]/.test(line)) return [nodes, line, at];
    if (!/[{[]$/.test(line)) {
      nodes.push(...coloured(line), "\n");
      continue;
    }
    const [inside, closing, next] = folded(lines, at, depth + 1);
    at = next;
    const summary = element("summary", {}, ...coloured(line));
    const more = element("details", { open: true, className: "ok-fold" }, summary, ...inside);
    nodes.push(more, ...coloured(closing), "\n");
  }
  return [nodes, "", at];
};

const enhanceCode = (code) => {
  code.dataset.ok = "true";
  const text = code.textContent;
  if (/^[{[]\n/.test(text)) code.replaceChildren(...folded(text.trimEnd().split("\n"))[0]);
  const button = element("button", { type: "button", textContent: "Copy", className: "ok-copy" });
  button.onclick = () => copy(button, text);
  code.before(element("div", { className: "ok-bar-of-code" }, button));
};

const enhance = () => {
  document.querySelectorAll("table.ok-table:not([data-ok])").forEach(enhanceTable);
  document.querySelectorAll("pre.ok-code:not([data-ok])").forEach(enhanceCode);
};

let waiting = false;
const later = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    enhance();
  });
};

export const start = () => {
  if (window.okTables) return;
  window.okTables = true;
  enhance();
  new MutationObserver(later).observe(document.body, { childList: true, subtree: true });
};
export default { render: start };
