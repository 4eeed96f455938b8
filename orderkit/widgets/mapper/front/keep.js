// Draws a part anew only where it changed; what has the focus keeps it.
const makeKeep = (mapper) => {
  const { ui, root } = mapper;

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

  return { keep };
};
