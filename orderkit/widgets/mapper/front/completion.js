// What may follow in a field, and taking it.
const makeCompletion = (mapper) => {
  const { ui, root, inner, list, options, nodes, send } = mapper;

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
      .join("") + `<div class="om-hint" aria-hidden="true">read as a <b>${text(ui.kind || "path")}</b> <kbd>↑</kbd><kbd>↓</kbd> choose <kbd>Enter</kbd> ${
        ui.at < 0 ? "keeps what is typed" : `takes <code>${middle(ui.options[ui.at].shown)}</code>`} <kbd>Esc</kbd> as it was</div>`;
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

  return { close, drawOptions, current, take };
};
