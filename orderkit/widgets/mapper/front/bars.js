// The two bars on top, the head of the rows, and the events to choose from.
const makeBars = (mapper) => {
  const { S, ui, $, send, keep } = mapper;

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
      <span class="om-words"><b>${text(meter.words)}</b>${
        meter.more ? button("next_row", `· ${text(meter.more)}`, `class="om-flat om-sub" title="Go to the next of them: F8" ${
          /missing|invalid/.test(meter.more) ? "" : "disabled"}`) : ""}</span><span class="om-gap"></span>
      <span class="om-all">All events</span>` +
      Object.entries(bar.outcomes || {}).map(([name, n]) =>
        button("narrow", `${icon(OUTCOMES[name])}<b>${n.toLocaleString("en")}</b>${text(name)}${bar.shown === name ? " only" : ""}`,
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
      <span class="om-tabs" role="tablist">${tabs()}</span>${
      button("copy_order", `${icon("copy")}Copy`, `class="om-flat" ${S.order?.text ? "" : "disabled"}`)}`);
    keep($(".om-event .om-head"), () =>
      `<span class="om-title"><b>Event</b></span><span class="om-tabs" role="tablist">${tabs()}</span>`);
  };
  /** The event names that have no order status, and may have one; and how many events have one of them. */
  const perhaps = () => (S.drawers.event_mapping?.others || []).filter((other) => other.status);
  const undecided = () => perhaps().reduce((sum, other) => sum + other.events, 0);
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


  const drawEvents = (found) => {
    const node = $(".om-events");
    node.hidden = !ui.listing;
    if (!ui.listing) return (node.innerHTML = "");
    if (!node.firstChild) {
      node.innerHTML = `<label class="om-find">${icon("find")}<input data-own="query" aria-label="Find an event" placeholder="Find an event, also by what stands in it"></label>
        <div role="listbox" aria-label="Events" tabindex="0"></div>`;
      node.querySelector("input").focus();
    }
    node.querySelector("[role=listbox]").innerHTML = (S.bar.shown ? `<p class="om-none">Only those that are ${text(S.bar.shown)}</p>` : "") + ((found || []).map((e) => `<div role="option" class="om-option" data-act="pick" data-at="${e.at}"
      aria-selected="${e.at === S.bar.event?.at}"><span>${e.at + 1}</span><b>${text(e.id || e.event || e.name)}</b><span class="om-where">${text(e.where || (e.id ? e.event || e.name : ""))}</span>
      <span>${text(e.status)}</span><span class="om-s" data-s="${OUTCOMES[e.outcome]}">${icon(OUTCOMES[e.outcome])}${text(e.words)}</span></div>`).join("")
      || (found ? '<p class="om-none">Nothing found</p>' : ""));
  };
  const listEvents = (open) => {
    ui.listing = open;
    drawEvents();
    $(".om-picker")?.setAttribute("aria-expanded", String(open));
    if (open) send("list_events", { query: "" });
  };

  return { drawBars, drawHead, drawEvents, listEvents };
};
