// Designers: every control is a form or a link that works without this file. Here they are sent in place, so that typing saves,
// and things are dragged to where they go.

let busy = Promise.resolve();
/* Revisions that our own changes have replaced, so that what is sent next is not taken for another's. */
const replaced = new Map();
const seenHere = () => document.querySelector('[data-part="bench"] [name="_seen"]')?.value;

/* What a form is about: its address and what it says besides what is typed. */
const about = (form) => [form.getAttribute("action"), ...[...form.querySelectorAll("input[type=hidden]")].filter((one) => one.name !== "_seen").map((one) => `${one.name}=${one.value}`)].join("&");
const named = (name) => [...document.querySelectorAll(`[data-autosave] [name="${CSS.escape(name)}"]`)];

/* What is being typed while an answer comes: it is carried into the same control of the new page, and saved when it is left. */
function typing() {
  const one = document.activeElement;
  const form = one?.closest("[data-autosave]");
  if (!form || !one.name || one.defaultValue === undefined || one.value === one.defaultValue) return () => {};
  const [place, value, whose] = [named(one.name).indexOf(one), one.value, about(form)];
  return () => {
    const again = named(one.name)[place];
    const own = again?.closest("[data-autosave]");
    if (!own || about(own) !== whose) return;
    again.value = value;
    again.focus();
    let sent = false;
    again.addEventListener("change", () => (sent = true), { once: true });
    again.addEventListener("blur", () => sent || again.value === again.defaultValue || send(own, null), { once: true });
  };
}

/* Puts the parts of a fetched page in the place of those that are there; what scrolls stays where it was. */
function put(text, address) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const parts = [...document.querySelectorAll("[data-part]")];
  const fresh = parts.map((part) => page.querySelector(`[data-part="${part.dataset.part}"]`));
  if (fresh.some((part) => !part)) return location.assign(address);
  const scrolled = new Map([...document.querySelectorAll("[data-scroll]")].map((one) => [one.dataset.scroll, one.scrollTop]));
  const focus = document.activeElement?.id;
  const goOn = typing();
  const open = new Set([...document.querySelectorAll("details.group[open] > summary")].map((one) => one.textContent));
  parts.forEach((part, index) => part.replaceWith(document.adoptNode(fresh[index])));
  for (const one of document.querySelectorAll("details.group > summary")) if (open.has(one.textContent)) one.parentElement.open = true;
  for (const one of document.querySelectorAll("[data-scroll]")) one.scrollTop = scrolled.get(one.dataset.scroll) ?? 0;
  document.title = page.title;
  if (focus) document.getElementById(focus)?.focus();
  goOn();
  history.replaceState(null, "", address.split("notice=")[0].replace(/[?&]$/, ""));
  document.dispatchEvent(new CustomEvent("designer:put"));
}

async function go(address, options = {}) {
  const bar = document.querySelector(".build-bar");
  bar?.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { ...options, headers: { accept: "text/html" }, credentials: "same-origin" });
    const text = await answer.text();
    if (!text.includes("data-part")) return location.assign(answer.url);
    put(text, answer.url.replace(location.origin, ""));
  } catch {
    const said = document.querySelector(".build-bar .saved");
    if (said) said.textContent = document.body.dataset.failed ?? "";
  } finally {
    document.querySelector(".build-bar")?.removeAttribute("aria-busy");
  }
}

/* One after the other: each change starts from what the one before left. */
const queue = (work) => (busy = busy.then(work, work));

function body(form, button) {
  const data = new FormData(form, button ?? undefined);
  return new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
}

function send(form, button, extra = {}) {
  const action = form.getAttribute("action") || location.pathname + location.search;
  const pairs = body(form, button);
  for (const [name, value] of Object.entries(extra)) pairs.set(name, value);
  return queue(async () => {
    const all = pairs.getAll("_seen");
    let seen = all[all.length - 1];
    while (replaced.has(seen) && replaced.get(seen) !== seen) seen = replaced.get(seen);
    if (seen) pairs.set("_seen", seen);
    const before = seenHere();
    await go(action, { method: "POST", body: pairs });
    const after = seenHere();
    if (before && after && before !== after) replaced.set(before, after);
  });
}

function startEdits() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.closest("[data-builder]")) return;
    if (form.matches("[data-edit], [data-autosave]") || form.action.endsWith("/steps")) {
      event.preventDefault();
      send(form, event.submitter);
    } else if (form.matches("[data-go]")) {
      event.preventDefault();
      const to = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      queue(() => go(to));
    }
  });
  document.addEventListener("change", (event) => {
    // Boxes of a table may belong to a form that stands elsewhere in their row.
    const form = event.target.closest("[data-autosave]") ?? event.target.form;
    if (form?.matches("[data-autosave]")) send(form, null);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-swap] a[href]");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const to = new URL(link.href);
    if (to.pathname !== location.pathname) return;
    event.preventDefault();
    // What is being typed is sent first.
    if (document.activeElement?.closest("[data-autosave]")) document.activeElement.blur();
    queue(() => go(to.pathname + to.search));
  });
  /* A chip or a function goes where the formula is being written; between the brackets of a function one goes on. */
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-put]");
    const text = chip && document.getElementById(chip.closest("[data-formula]").dataset.formula);
    if (!text) return;
    text.setRangeText(chip.dataset.put, text.selectionStart, text.selectionEnd, "end");
    if (chip.dataset.put.endsWith("()")) text.selectionStart = text.selectionEnd = text.selectionEnd - 1;
    text.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "z" || event.target.closest("input, textarea")) return;
    const button = document.querySelector(`.build-bar [name="do"][value="${event.shiftKey ? "redo" : "undo"}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });
}

/* Dragging: from the palette, or by the grip of what is selected, to a place between things. */
function startDragging() {
  let held = null;
  const places = () => document.querySelectorAll("[data-insert], [data-field]");
  document.addEventListener("dragstart", (event) => {
    const pick = event.target.closest("[data-pick]");
    const grip = event.target.closest("[data-grip]");
    if (!pick && !grip) return;
    held = pick ? { pick } : { form: grip.closest("form"), at: grip.closest("[data-at]")?.dataset.at, field: grip.closest("[data-field]")?.dataset.field };
    event.dataTransfer.effectAllowed = "copyMove";
    event.dataTransfer.setData("text/plain", pick ? pick.value : "");
    document.body.classList.add("dragging");
  });
  const over = (event) => held && event.target.closest("[data-insert], .canvas-fields > .field[data-at], .field-list [data-field]");
  document.addEventListener("dragover", (event) => {
    const place = over(event);
    for (const one of document.querySelectorAll(".drop")) if (one !== place) one.classList.remove("drop");
    if (!place) return;
    event.preventDefault();
    place.classList.add("drop");
  });
  document.addEventListener("drop", (event) => {
    const place = over(event);
    if (!place) return;
    event.preventDefault();
    const at = place.dataset.insert ?? place.dataset.at;
    const palette = document.querySelector("[data-palette]");
    if (place.dataset.field !== undefined) {
      const before = place.dataset.field;
      if (held.pick) send(palette, held.pick, { before });
      else if (held.field && held.field !== before) send(held.form, null, { do: "move_field", before });
    } else if (at) {
      if (held.pick) send(palette, held.pick, { at });
      else if (held.at && held.at !== at) send(held.form, null, { do: "move", to: at });
    }
    held = null;
  });
  document.addEventListener("dragend", () => {
    held = null;
    document.body.classList.remove("dragging");
    for (const one of places()) one.classList.remove("drop");
    for (const one of document.querySelectorAll(".drop")) one.classList.remove("drop");
  });
}

/* On a narrow screen a designer is for reading. */
function startReading() {
  const narrow = matchMedia("(max-width: 900px)");
  const apply = () => {
    for (const aside of document.querySelectorAll(".bench > aside")) aside.inert = narrow.matches;
  };
  narrow.addEventListener("change", apply);
  document.addEventListener("designer:put", apply);
  apply();
}

export function startDesigner() {
  if (!document.body.matches("[data-builder]")) return;
  startReading();
  startEdits();
  startDragging();
}
