// Mirrors a page's events to the collector; `orderkit listen` prints it as one line, so every
// statement ends in a semicolon and no comment stands behind code.
(function () {
var w = window, d = document;
var U = "ORDERKIT_URL/events?token=ORDERKIT_KEY";
var R = "ORDERKIT_URL/relay?token=ORDERKIT_KEY";
if (w.__orderkit) { return "orderkit mirrors this page already"; }
// What waits for the relay window, once the page may not reach this machine by itself.
var waiting = [], relay = null, ready = false, asked = false;
function flush() {
while (ready && waiting.length) { relay.postMessage({ orderkit: waiting.shift() }, "ORDERKIT_URL"); }
}
function viaRelay(body) {
waiting.push(body);
if (!relay && !asked) { asked = true; w.__orderkit.relay(); }
flush();
}
w.addEventListener("message", function (m) {
if (m.origin === "ORDERKIT_URL" && m.data === "orderkit-ready") { relay = m.source; ready = true; flush(); }
});
function send(body) {
if (ready) { viaRelay(body); return; }
try {
w.fetch(U, { method: "POST", mode: "no-cors", credentials: "omit", keepalive: body.length < 60000, headers: { "Content-Type": "text/plain" }, body: body })["catch"](function () { viaRelay(body); });
} catch (e) { viaRelay(body); }
}
function plain(value) {
// DOM nodes, cycles and big integers have no JSON: they are left out.
var seen = [];
return JSON.stringify(value, function (key, v) {
if (typeof v === "bigint") { return String(v); }
if (v && typeof v === "object") {
if (v.nodeType || v === w || seen.indexOf(v) >= 0) { return undefined; }
seen.push(v);
}
return v;
});
}
function id() { return "mirror-" + Date.now() + "-" + Math.random().toString(36).slice(2, 10); }
function emit(name, data, from) {
if (typeof name !== "string" || !name || name.indexOf("gtm.") === 0) { return; }
var event = {};
try { event = JSON.parse(plain(data || {})) || {}; } catch (e) { event = {}; }
event.event_name = name;
var added = [], c = event.context = event.context || {};
function add(key, value) { if (c[key] === undefined) { c[key] = value; added.push("context." + key); } }
add("event_id", id());
add("event_timestamp", String(Date.now()));
add("page", { url: w.location.href, title: d.title, referrer: d.referrer, lang: d.documentElement.lang });
add("device", { user_agent: w.navigator.userAgent, lang: w.navigator.language, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone });
event._captured = { from: from, added: added };
send(JSON.stringify(event));
}
// The SDK, once it is there, may make the queued calls again with its own function: such a call,
// the same object under the same name shortly after, was mirrored already.
var calls = [], generation = 0, changed = 0;
function cactCall(args) {
if (!args || args[0] !== "trigger") { return; }
var fresh = Date.now() - changed < 5000;
for (var i = 0; i < calls.length; i++) {
var c = calls[i];
if (fresh && c.generation < generation && c.name === args[1] && c.data === args[2]) { calls.splice(i, 1); return; }
}
if (calls.length < 1000) { calls.push({ name: args[1], data: args[2], generation: generation }); }
emit(args[1], args[2], "cact");
}
function layerPush(item) {
if (!item || typeof item !== "object") { return; }
if (typeof item.length === "number" && item[0] === "event") { emit(item[1], item[2], "dataLayer"); return; }
if (typeof item.event === "string") {
var copy = {};
for (var key in item) { if (key !== "event") { copy[key] = item[key]; } }
emit(item.event, copy, "dataLayer");
}
}
// A wrapper may be wrapped again by the site's own code and then run inside itself: what is under
// way is not mirrored twice, and a second call of its own is.
var underway = [];
function same(a, b) {
if (a.length !== b.length) { return false; }
for (var i = 0; i < a.length; i++) { if (a[i] !== b[i]) { return false; } }
return true;
}
function wrapped(original, mirror) {
if (original.__orderkit) { return original; }
var made = function () {
var args = arguments;
var again = underway.some(function (other) { return same(other, args); });
if (!again) { try { mirror(args); } catch (e) { } }
underway.push(args);
try { return original.apply(this, args); } finally { underway.pop(); }
};
for (var key in original) { try { made[key] = original[key]; } catch (e) { } }
made.__orderkit = true;
return made;
}
var layer = null, cact = w.cact;
function watchCact() {
if (typeof w.cact === "function" && !w.cact.__orderkit) { w.cact = wrapped(w.cact, cactCall); }
}
// The SDK puts its own function in the stub's place: it is wrapped as it is set.
try {
if (typeof cact === "function") { cact = wrapped(cact, cactCall); }
Object.defineProperty(w, "cact", { configurable: true, enumerable: true, get: function () { return cact; }, set: function (f) { generation++; changed = Date.now(); cact = typeof f === "function" ? wrapped(f, cactCall) : f; } });
} catch (e) { }
function pushed(args) { for (var i = 0; i < args.length; i++) { layerPush(args[i]); } }
function watch() {
watchCact();
if (!w.dataLayer || typeof w.dataLayer.push !== "function") { return; }
if (w.dataLayer !== layer) { layer = w.dataLayer; pushed(layer); }
if (!layer.push.__orderkit) { layer.push = wrapped(layer.push, pushed); }
}
w.__orderkit = { relay: function () { relay = w.open(R, "orderkit-relay", "width=420,height=260"); return !!relay; } };
// What was queued before: all calls of the stub, or, without them, what the SDK says it sent.
var queued = w.caReady && typeof w.caReady.length === "number" ? w.caReady : null;
if (queued) {
for (var i = 0; i < queued.length; i++) { cactCall(queued[i]); }
} else if (w.tC && w.tC.triggeredEvents && w.tC.triggeredEvents.length) {
w.tC.triggeredEvents.forEach(function (e) { emit(e.event_name || e.event, e.eventData || e, "tC.triggeredEvents"); });
}
watch();
w.setInterval(watch, 250);
return "orderkit mirrors this page";
})();
