// Icons and texts: what is drawn anywhere on the screen.
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
/** The first line of a sentence, with what stands in backticks as code. */
const coded = (said) => text(said.split("\n")[0]).replace(/`([^`]+)`/g, "<code>$1</code>");
/** A text that is cut in its middle where there is no room: its end stays. */
const middle = (value) => {
  const all = String(value ?? "");
  const end = all.length > 14 ? Math.min(8, Math.floor(all.length / 3)) : 0;
  return cut(all, all.length - end, `title="${text(all)}"`);
};
/** A text that is cut at its end: of a moment the day says most, and not the seconds since 1970. */
const begin = (value) => cut(String(value), String(value).length, `title="${text(value)}"`);
const MOMENT = /^\d{4}-\d\d-\d\d \d/;
/** A text of which all before a place shrinks, and the rest stays. */
const cut = (all, at, more = "") => `<span class="om-cut" ${more}><span class="h">${text(all.slice(0, at))}</span>${
  at < all.length ? `<span class="t">${text(all.slice(at))}</span>` : ""}</span>`;
const counted = (n, of) => `${n.toLocaleString("en")} of ${of.toLocaleString("en")}`;
const button = (act, inside, more = "") =>
  `<button type="button" data-act="${act}" ${more}>${inside}</button>`;
