// Sends what was changed in a list, puts the rows that come back in their places, and remembers how to undo it.

export const grid = () => document.getElementById("grid");
export const rows = () => [...document.querySelectorAll("#grid tbody tr[data-id]")].filter((row) => !row.hidden);
export const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), grid().dataset[name] || "");

const listeners = [];
/* Whatever hangs on rows is told when they were exchanged. */
export const onRows = (listener) => listeners.push(listener);
const place = () => `grid:${grid().dataset.base}`;
const read = () => JSON.parse(sessionStorage.getItem(place()) || '{"undo":[],"redo":[]}');
const write = (stacks) => sessionStorage.setItem(place(), JSON.stringify({ undo: stacks.undo.slice(-30), redo: stacks.redo.slice(-30) }));

export function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

let leaving = 0;
export function toast(text, bad, action) {
  document.querySelectorAll(".toast").forEach((old) => old.remove());
  const box = document.createElement("div");
  box.className = bad ? "toast bad-toast" : "toast";
  box.setAttribute("role", bad ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", action.run);
    box.append(button);
  }
  document.body.append(box);
  clearTimeout(leaving);
  leaving = setTimeout(() => box.remove(), 8000);
}

function bar() {
  const stacks = read();
  const box = document.querySelector("[data-undo-bar]");
  if (!box) return;
  box.hidden = !stacks.undo.length && !stacks.redo.length;
  box.querySelector("[data-undo]").disabled = !stacks.undo.length;
  box.querySelector("[data-redo]").disabled = !stacks.redo.length;
}

async function post(changes) {
  const key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  try {
    const answer = await fetch(grid().dataset.cells, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
      body: JSON.stringify(changes),
    });
    return { ok: answer.ok, status: answer.status, body: await answer.json() };
  } catch {
    return { ok: false, status: 0, body: { text: grid().dataset.failed } };
  }
}

function show(body) {
  for (const id of body.deleted) document.querySelector(`#grid tr[data-id="${id}"]`)?.remove();
  const table = document.querySelector("#grid tbody");
  for (const { id, html } of body.rows) {
    const fresh = element(html);
    const old = document.querySelector(`#grid tr[data-id="${id}"]`);
    if (old) {
      const picked = old.querySelector("[data-pick]");
      const box = fresh.querySelector("[data-pick]");
      if (picked && box) box.checked = picked.checked;
      old.replaceWith(fresh);
    } else if (table) {
      table.prepend(fresh);
    }
  }
  if (!table || (body.count > body.rows.length + body.deleted.length)) {
    location.reload();
    return;
  }
  listeners.forEach((listener) => listener());
}

const some = (undo) => undo && (undo.update.length || undo.delete.length || undo.restore.length);

/* Changes of the reader: what came before the next undo can no longer be done again. `quiet` says nothing when it went well. */
export async function send(changes, { quiet = false, forget = false } = {}) {
  const answer = await post(changes);
  if (!answer.ok) return answer;
  if (!forget && some(answer.body.undo)) {
    const stacks = read();
    write({ undo: [...stacks.undo, answer.body.undo], redo: [] });
  }
  show(answer.body);
  bar();
  if (!quiet) toast(answer.body.text, false, { label: grid().dataset.undo, run: undo });
  return answer;
}

async function back(from, to, word) {
  const stacks = read();
  const changes = stacks[from].pop();
  if (!changes) return;
  const answer = await post(changes);
  if (answer.ok) {
    stacks[to].push(answer.body.undo);
    show(answer.body);
    toast(grid().dataset[word]);
  } else {
    const reason = answer.body.errors && answer.body.errors[0] ? answer.body.errors[0].message : answer.body.text || answer.body.detail;
    toast(answer.status === 412 ? grid().dataset.undoRefused : reason, true);
  }
  // What is refused once will be refused again.
  if (answer.ok || answer.status) write(stacks);
  bar();
}

export const undo = () => back("undo", "redo", "undone");
export const redo = () => back("redo", "undo", "redone");

export function startChanges() {
  bar();
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-undo]:not(#grid)")) undo();
    if (event.target.closest("[data-redo]")) redo();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) redo();
    else return;
    event.preventDefault();
  });
}
