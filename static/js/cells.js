// Walking through the cells of a list with the keyboard, choosing ranges, and changing a cell where it stands.
import { grid, onRows, rows, say, send, toast } from "./changes.js";

/* The two corners of the chosen range, as row and column. */
let anchor = null;
let active = null;
let editing = null;

const cellsOf = (row) => [...row.cells].filter((cell) => !cell.classList.contains("pick"));
export const cellAt = ({ row, column }) => {
  const at = rows()[row];
  return at && cellsOf(at)[column];
};
const whereIs = (cell) => ({ row: rows().indexOf(cell.parentElement), column: cellsOf(cell.parentElement).indexOf(cell) });
export const textOf = (cell) => (cell.dataset.t !== undefined ? cell.dataset.t : cell.innerText.trim());

/* The chosen cells, row by row. */
export function range() {
  if (!active) return [];
  const from = anchor || active;
  const [top, bottom] = [Math.min(from.row, active.row), Math.max(from.row, active.row)];
  const [left, right] = [Math.min(from.column, active.column), Math.max(from.column, active.column)];
  return rows().slice(top, bottom + 1).map((row) => cellsOf(row).slice(left, right + 1));
}

function draw(focus) {
  for (const cell of document.querySelectorAll("#grid td.at, #grid td.in")) {
    cell.classList.remove("at", "in");
    cell.removeAttribute("tabindex");
  }
  const cell = active && cellAt(active);
  if (!cell) return;
  if (anchor && (anchor.row !== active.row || anchor.column !== active.column)) range().flat().forEach((one) => one.classList.add("in"));
  cell.classList.add("at");
  cell.tabIndex = 0;
  if (focus) cell.focus();
}

function go(row, column, extend) {
  const last = rows().length - 1;
  if (last < 0) return;
  const at = Math.max(0, Math.min(row, last));
  const width = cellsOf(rows()[at]).length - 1;
  if (extend) anchor = anchor || active;
  else anchor = null;
  active = { row: at, column: Math.max(0, Math.min(column, width)) };
  draw(true);
}

const values = (cell, name) => {
  const picked = [];
  for (const control of cell.querySelectorAll("[name]")) {
    if (control.name !== name) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked) picked.push(control.value);
    } else if (control.tagName === "SELECT") picked.push(...[...control.selectedOptions].map((option) => option.value));
    else picked.push(control.value);
  }
  return picked;
};

function wrong(cell, text) {
  cell.querySelector(".cell-error")?.remove();
  const note = document.createElement("p");
  note.className = "cell-error";
  note.setAttribute("role", "alert");
  note.textContent = text;
  cell.append(note);
}

async function edit(cell, typed) {
  if (editing || !cell || !cell.classList.contains("open")) return;
  const row = cell.parentElement;
  const field = cell.dataset.f;
  const mine = (editing = { cell, row, field, before: [...cell.childNodes], busy: true });
  const answer = await fetch(`${grid().dataset.base}/${row.dataset.id}/cell/${field}`, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer || !answer.ok) {
    editing = null;
    toast(grid().dataset.failed, true);
    return;
  }
  const control = document.createElement("div");
  control.className = "cell-control";
  control.innerHTML = await answer.text();
  if (editing !== mine) return;
  cell.replaceChildren(control);
  cell.classList.add("editing");
  mine.start = JSON.stringify(values(cell, field));
  mine.busy = false;
  const box = cell.querySelector("[role=combobox], input:not([type=hidden]), select, textarea");
  if (!box) return;
  box.focus();
  if (typed && box.matches("input:not([type=checkbox]):not([type=date]):not([type=time]), textarea")) {
    box.value = typed;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (box.select) box.select();
}

function close(focus = true) {
  if (!editing) return;
  const { cell, before } = editing;
  editing = null;
  cell.classList.remove("editing");
  cell.replaceChildren(...before);
  if (focus) draw(true);
}

/* Somebody else saved meanwhile: shows what is there now and asks whose is kept. */
async function stale(mine, posted) {
  const fresh = await send({ update: [{ id: +mine.row.dataset.id }] }, { quiet: true, forget: true });
  const row = document.querySelector(`#grid tr[data-id="${mine.row.dataset.id}"]`);
  editing = null;
  if (!fresh.ok || !row) return;
  const cell = [...row.cells].find((one) => one.dataset.f === mine.field);
  const choice = document.createElement("div");
  choice.className = "cell-error";
  choice.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = say("stale", { value: textOf(cell) });
  choice.append(words);
  for (const word of ["mine", "theirs"]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn sm";
    button.textContent = grid().dataset[word];
    button.addEventListener("click", () => {
      choice.remove();
      if (word === "mine") send({ update: [{ id: +row.dataset.id, version: +row.dataset.version, posted }] });
    });
    choice.append(button);
  }
  cell.append(choice);
  choice.querySelector("button").focus();
}

async function commit(step) {
  const mine = editing;
  if (!mine || mine.busy) return true;
  const { cell, row, field } = mine;
  const given = values(cell, field);
  if (JSON.stringify(given) === mine.start) {
    close();
    step?.();
    return true;
  }
  mine.busy = true;
  const posted = { [field]: given };
  const answer = await send({ update: [{ id: +row.dataset.id, version: +row.dataset.version, posted }] }, { quiet: true });
  if (answer.ok) {
    editing = null;
    draw(true);
    step?.();
    return true;
  }
  mine.busy = false;
  if (answer.status === 412) {
    await stale(mine, posted);
    return false;
  }
  const error = (answer.body.errors || [])[0];
  wrong(cell, error ? error.message : answer.body.text || answer.body.detail);
  return false;
}

export const clear = () =>
  change(range().map((line) => line.filter((cell) => cell.classList.contains("open")).map((cell) => [cell, ""])).flat());

/* Texts into cells, as a spreadsheet holds them. Errors stay in their cells. */
export async function change(list, create = []) {
  const byRow = new Map();
  for (const [cell, text] of list) {
    const row = cell.parentElement;
    if (!byRow.has(row)) byRow.set(row, {});
    byRow.get(row)[cell.dataset.f] = text;
  }
  if (!byRow.size && !create.length) return null;
  document.querySelectorAll("#grid .cell-error").forEach((old) => old.remove());
  const order = [...byRow.keys()];
  const update = order.map((row) => ({ id: +row.dataset.id, version: +row.dataset.version, texts: byRow.get(row) }));
  const answer = await send({ update, create: create.map((texts) => ({ texts })) });
  if (answer.ok) {
    draw(true);
    return answer;
  }
  for (const error of answer.body.errors || []) {
    const row = error.list === "update" ? order[error.item] : null;
    const cell = row && [...row.cells].find((one) => one.dataset.f === error.field);
    if (cell || row) wrong(cell || row.cells[1], error.message);
  }
  const first = (answer.body.errors || [])[0];
  toast([answer.body.text, first && first.message].filter(Boolean).join(" · ") || answer.body.detail || grid().dataset.failed, true);
  return answer;
}

const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function walk(event) {
  const cell = event.target.closest("#grid td");
  if (editing) {
    const inside = editing.cell.contains(event.target);
    if (!inside || event.isComposing || event.defaultPrevented) return;
    const { row, column } = active || whereIs(editing.cell);
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !(event.target.tagName === "TEXTAREA" && !event.ctrlKey)) {
      event.preventDefault();
      commit(() => go(row + 1, column));
    } else if (event.key === "Tab") {
      event.preventDefault();
      commit(() => go(row, column + (event.shiftKey ? -1 : 1)));
    }
    return;
  }
  if (!cell || event.target.closest("input, select, textarea, button") || !active) {
    // From the list itself the arrows lead into its cells.
    if (event.target.matches && event.target.matches("#grid .grid-scroll") && moves[event.key]) {
      event.preventDefault();
      go(active ? active.row : 0, active ? active.column : 0);
    }
    return;
  }
  const { row, column } = active;
  const step = moves[event.key];
  const command = event.ctrlKey || event.metaKey;
  if (step) go(command ? (step[0] ? (step[0] < 0 ? 0 : 1e6) : row) : row + step[0], command && step[1] ? (step[1] < 0 ? 0 : 1e6) : column + step[1], event.shiftKey);
  else if (event.key === "Home") go(command ? 0 : row, 0, event.shiftKey);
  else if (event.key === "End") go(command ? 1e6 : row, 1e6, event.shiftKey);
  else if (event.key === "Escape") {
    anchor = null;
    draw(true);
  } else if (event.key === " ") {
    const lines = range().map((line) => line[0].parentElement.querySelector("[data-pick]"));
    const on = lines.some((box) => box && !box.checked);
    for (const box of lines) if (box && box.checked !== on) box.click();
  } else if ((event.key === "Enter" || event.key === "F2") && cellAt(active)) {
    if (cellAt(active).classList.contains("open")) edit(cellAt(active));
    else cellAt(active).querySelector("a")?.click();
  } else if (event.key === "Delete" || event.key === "Backspace") clear();
  else if (command && event.key.toLowerCase() === "d") {
    const [first, ...others] = range();
    change(others.flatMap((line) => line.map((one, n) => [one, textOf(first[n])]).filter(([one]) => one.classList.contains("open"))));
  } else if (event.key.length === 1 && !command && !event.altKey) {
    if (!cellAt(active).classList.contains("open")) return;
    edit(cellAt(active), event.key);
  } else return;
  event.preventDefault();
}

export function startCells() {
  document.addEventListener("keydown", walk);
  document.addEventListener("mousedown", (event) => {
    const cell = event.target.closest("#grid tbody tr[data-id] td:not(.pick)");
    if (editing && !editing.cell.contains(event.target)) commit();
    if (!cell || event.button || event.target.closest("a, button, input, select, textarea, label, .cell-error") || (editing && editing.cell === cell)) return;
    const at = whereIs(cell);
    if (event.shiftKey) {
      event.preventDefault();
      go(at.row, at.column, true);
      return;
    }
    go(at.row, at.column);
    const over = (moved) => {
      const other = moved.target.closest && moved.target.closest("#grid tbody tr[data-id] td:not(.pick)");
      if (!other || other === cellAt(active)) return;
      const to = whereIs(other);
      moved.preventDefault();
      window.getSelection().removeAllRanges();
      go(to.row, to.column, true);
    };
    document.addEventListener("mousemove", over);
    document.addEventListener("mouseup", () => document.removeEventListener("mousemove", over), { once: true });
  });
  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("#grid td.open");
    if (cell && !event.target.closest("a")) edit(cell);
  });
  onRows(() => draw(false));
}
