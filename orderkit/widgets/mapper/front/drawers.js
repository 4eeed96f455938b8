// The drawers: event mapping, transformation, filter, connection.
const makeDrawers = (mapper) => {
  const { S, ui, $, send, keep } = mapper;

  const input = (key, value, label, place = "", list = "") =>
    `<input data-key="${key}" value="${text(value)}" aria-label="${text(label)}" placeholder="${text(place)}" spellcheck="false" ${
      list ? `list="om-${list}"` : ""}>`;
  const select = (key, value, label, choices) =>
    `<select data-key="${key}" aria-label="${text(label)}">${choices.map((c) =>
      `<option ${c === value ? "selected" : ""}>${text(c)}</option>`).join("")}</select>`;
  const faults = (data, prefix) => data.faults.filter((f) => f.key === prefix || f.key.startsWith(`${prefix}.`))
    .map((f) => `<div class="om-fault">${icon("invalid")}${text(f.text)}</div>`).join("");
  /** A name that has no order status, what it may stand for and why, and what else to choose. */
  const unmapped = ({ name, events, status, reason }) => `<div class="om-grid3 om-unmapped"><code>${text(name)}</code>
    <select data-stands="${text(name)}" aria-label="What ${text(name)} stands for">
      <option value="" selected>not for TikTok</option>${S.choices.statuses.map(([value, label]) =>
        `<option value="${value}">${value}: ${text(label)}</option>`).join("")}<option value="other">another status …</option></select>
    <span>${events.toLocaleString("en")}</span>${status ? button("map_event", "Map it", `data-name="${text(name)}" aria-label="Map ${text(name)}"`) : "<span></span>"}
    ${status ? `<div class="om-soft om-may">Perhaps <code>${text(status)}</code>${reason ? `: ${coded(reason)}` : ""}</div>` : ""}</div>`;
  const conditions = (key, lines) => lines.map((line, at) => `<div class="om-cond">
    ${input(`${key}.${at}.property`, line.property, "Property", "property", "paths")}
    ${select(`${key}.${at}.operator`, line.operator, "Operator", S.choices?.operators || [])}
    ${S.choices?.without_value.includes(line.operator) ? "<span></span>" : input(`${key}.${at}.value`,
      line.values ? line.values.join(" | ") : line.value ?? "", "Value", "value, or a | b for one of them")}
    ${button("remove", "Remove", `class="om-flat" data-from="${key}" data-at="${at}" aria-label="Remove condition ${at + 1}"`)}</div>`).join("");
  const forms = {
    event_mapping: (d) => `<div class="om-grid3"><span>Event</span><span>Order status</span><span>Events</span></div>
      ${d.rows.map((row, at) => `<div class="om-grid3">${input(`rows.${at}.event_name`, row.event_name, "Event", "event name", "names")}
      ${input(`rows.${at}.order_status`, row.order_status, "Order status", "order status", "statuses")}<span>${d.counts[at] || 0}</span>
      ${button("remove", "Remove", `class="om-flat" data-from="rows" data-at="${at}" aria-label="Remove ${text(row.event_name)}"`)}</div>
      ${faults(d, `event_mapping.${at}`)}`).join("")}
      ${d.faults.filter((f) => f.key === "event_mapping").map((f) => `<div class="om-fault">${icon("invalid")}${text(f.text)}</div>`).join("")}
      ${d.others.length ? `<div class="om-unmapped-head"><b>Not sent: without an order status</b>${
        d.others.filter((other) => other.status).length > 1 ? button("map_events", "Map all that may be orders") : ""}</div>` : ""}
      ${d.others.map(unmapped).join("")}
      ${d.more ? `<div class="om-other">${icon("not needed")}<span>and ${d.more.toLocaleString("en")} more names:
      does <code>${text(d.event_property)}</code> say what happened?</span></div>` : ""}
      <div class="om-foot-line">${button("add", "Add an event", 'data-to="rows"')}
      <label>Event property ${input("event_property", d.event_property, "Event property", "event_name", "paths")}</label>
      ${faults(d, "event_property")}<span class="om-soft">Every change shows at once in the rows below.</span></div>
      <datalist id="om-names">${[...d.others.map((other) => other.name), ...d.rows.map((r) => r.event_name)].map((n) => `<option value="${text(n)}">`).join("")}</datalist>
      <datalist id="om-statuses">${S.choices.statuses.map(([value]) => `<option value="${value}">`).join("")}</datalist>`,
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
      as <code>${text(d.tests.path)}</code> says: ${d.tests.named.map((name) => `<b>${text(name)}</b>`).join(", ")}${
        d.tests.number > d.tests.named.length ? " …" : ""}</span>${button("tests", "Leave out", 'aria-label="Leave out the tests"')}</div>` : ""}${conditions("filter.condition", d.filter.condition || [])}
      <div class="om-foot-line">${button("add", "Add a condition", 'data-to="filter.condition"')}
      ${(d.filter.condition || []).length > 1 ? `<label>must hold ${select("filter.match", d.filter.match || "all", "How many conditions", ["all", "any"])}</label>` : ""}</div>
      <label class="om-wide">Formula ${input("filter.formula", d.filter.formula ?? "", "Advanced filter", "must give true")}</label>
      <label class="om-wide">Consent ${input("filter.consent", d.filter.consent ?? "", "Consent category", "category that user.consent_categories must hold")}</label>
      ${faults(d, "filter")}<p class="om-soft">${counted(d.passed, d.of)} events pass. All that is filled in must hold; filters see an event as it came.</p>`,
    connection: (d) => `${[["connection.endpoint_url", "Endpoint URL", "in TikTok's partner reference"],
      ["connection.token_url", "Token URL", d.token_url], ["connection.merchant_id", "Merchant Id", "the merchant's id at TikTok"],
      ["connection.merchant_code", "Merchant code", "merchants in the U.S. only: the Merchant Id and .u1"],
      ["connection.throttle_codes", "Codes: slow down", "answers that mean too many requests, beside those known: a | b"],
      ["connection.token_codes", "Codes: new token", "answers that mean an expired token, beside those known: a | b"],
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

  return { drawDrawer, change, edit, fresh };
};
