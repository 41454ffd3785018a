// Lines as in a spreadsheet: keys, pasting, and on phones one line at a time. What happens is decided by the server: an act
// is posted with the form, and the answer is the form again.

const control = "input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea, input[type=checkbox]";
let focusNext = null;

const rowsOf = (sheet) => [...sheet.tBodies].filter((body) => !body.rows[0].classList.contains("blank-row"));
/* Of a picker the box is used, of anything else the control itself. */
function controlIn(cell) {
  return cell && [...cell.querySelectorAll(control)].find((it) => it.offsetParent !== null && !it.disabled);
}
function place(input) {
  const sheet = input.closest("[data-sheet]");
  const cell = input.closest("td");
  const body = input.closest("tbody");
  if (!sheet || !cell || !body) return null;
  const rows = rowsOf(sheet);
  return { sheet, cell, rows, row: rows.indexOf(body), column: cell.cellIndex };
}
function go(target) {
  const it = controlIn(target);
  if (!it) return false;
  it.focus();
  if (it.select && it.type !== "checkbox") it.select();
  it.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}
const cellAt = (at, row, column) => at.rows[row] && at.rows[row].rows[0].cells[column];

/* The buttons of the lines carry the same name, for browsers without scripts. */
const actOf = (form) => form && form.querySelector("input[name=_act]");
let quiet = false;
let opened = false;

/** Posts an act with the form; `focus` is the [row, column] to go to in the answer. */
export function act(form, what, extra = {}, focus = null) {
  // Leaving the control in use is a change; it travels with the act, in one request.
  quiet = true;
  if (document.activeElement && form.contains(document.activeElement)) document.activeElement.blur();
  quiet = false;
  actOf(form).value = what;
  const carried = Object.entries(extra).map(([name, value]) => {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    input.dataset.once = "";
    form.append(input);
    return input;
  });
  focusNext = focus;
  form.dispatchEvent(new Event("act"));
  return carried;
}

/** After an answer: what was posted once is gone, and the focus goes where the act said. */
export function settle(form) {
  for (const input of form.querySelectorAll("[data-once]")) input.remove();
  if (opened) {
    opened = false;
    const first = form.querySelector("#taking input[type=search]");
    if (first) {
      first.focus();
      first.closest("section").scrollIntoView({ block: "start" });
    }
  }
  if (actOf(form)) actOf(form).value = "";
  if (!focusNext) return;
  const { sheet, row, column } = focusNext;
  focusNext = null;
  const table = document.getElementById(sheet);
  if (!table) return;
  const rows = rowsOf(table);
  const at = rows[Math.min(row, rows.length - 1)];
  if (!at) return;
  if (column !== undefined) go(at.rows[0].cells[column]);
  else [...at.rows[0].cells].some((cell) => go(cell));
}

const nameOf = (cell) => {
  const it = cell && cell.querySelector("[name]");
  return it && it.name;
};

function setFrom(source, target) {
  const from = source.querySelector("select, input:not([type=hidden]):not([role=combobox]), textarea");
  const to = target.querySelector("select, input:not([type=hidden]):not([role=combobox]), textarea");
  if (!from || !to) return;
  if (to.tagName === "SELECT") {
    for (const chosen of from.selectedOptions) {
      let option = [...to.options].find((known) => known.value === chosen.value);
      if (!option) to.add((option = new Option(chosen.text, chosen.value)));
      option.selected = true;
    }
    const box = target.querySelector("[role=combobox]");
    if (box) box.value = source.querySelector("[role=combobox]").value;
  } else if (to.type === "checkbox") {
    to.checked = from.checked;
  } else {
    to.value = from.value;
  }
  to.dispatchEvent(new Event("change", { bubbles: true }));
}

const atStart = (input) => input.selectionStart === 0 && input.selectionEnd === 0;
const atEnd = (input) => input.selectionStart === input.value.length;
const allSelected = (input) => input.value.length > 0 && input.selectionStart === 0 && input.selectionEnd === input.value.length;

function keys(event) {
  const input = event.target;
  if (event.defaultPrevented || event.isComposing || !input.closest || !input.closest("[data-sheet] td")) return;
  if (input.tagName === "BUTTON" || input.tagName === "SUMMARY") return;
  const at = place(input);
  if (!at || at.row < 0) return;
  const form = input.form;
  const lines = at.sheet.dataset.sheet;
  const open = "open" in at.sheet.dataset;
  const act_ = (what, row) => {
    event.preventDefault();
    if (open && actOf(form)) act(form, `${what}:${lines}.${at.row}`, {}, { sheet: at.sheet.id, row, column: at.column });
  };
  const add = () => {
    const button = document.querySelector(`[data-add-line="${at.sheet.id}"]`);
    if (!button) return false;
    act(form, `add:${lines}`, {}, { sheet: at.sheet.id, row: at.rows.length });
    return true;
  };
  if (event.altKey) {
    if (event.key === "Insert") return act_("insert", at.row);
    if (event.key === "Enter") return act_("copy", at.row + 1);
    if (event.key === "Delete") return act_("remove", at.row);
    if (event.key === "ArrowUp" && at.row > 0) return act_("up", at.row - 1);
    if (event.key === "ArrowDown" && at.row < at.rows.length - 1) return act_("down", at.row + 1);
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") {
    event.preventDefault();
    const above = cellAt(at, at.row - 1, at.column);
    if (above) setFrom(above, at.cell);
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  const text = input.tagName === "INPUT" && ["text", "", "tel", "email", "url", "search"].includes(input.getAttribute("type") || "");
  const list = input.getAttribute("aria-expanded") === "true";
  if (event.key === "Enter" && input.tagName !== "TEXTAREA" && !list) {
    event.preventDefault();
    const row = at.row + (event.shiftKey ? -1 : 1);
    if (!go(cellAt(at, row, at.column)) && !event.shiftKey) add();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && text && !input.hasAttribute("aria-expanded")) {
    if (go(cellAt(at, at.row + (event.key === "ArrowDown" ? 1 : -1), at.column))) event.preventDefault();
  } else if (event.key === "ArrowLeft" && text && (atStart(input) || allSelected(input))) {
    for (let column = at.column - 1; column > 0; column -= 1) if (go(cellAt(at, at.row, column))) return event.preventDefault();
  } else if (event.key === "ArrowRight" && text && (atEnd(input) || allSelected(input))) {
    for (let column = at.column + 1; cellAt(at, at.row, column); column += 1) {
      if (go(cellAt(at, at.row, column))) return event.preventDefault();
    }
  } else if (event.key === "Tab" && !event.shiftKey) {
    const cells = [...at.rows[at.row].rows[0].cells].filter((cell) => !cell.classList.contains("del") && controlIn(cell));
    if (cells[cells.length - 1] !== at.cell) return;
    const next = at.rows[at.row + 1];
    if (next) {
      if ([...next.rows[0].cells].some((cell) => go(cell))) event.preventDefault();
    } else if (open && add()) {
      event.preventDefault();
    }
  }
}

/* More than one cell on the clipboard goes to the server, which reads each by its column. */
function paste(event) {
  const at = event.target.closest && event.target.closest("[data-sheet]") && place(event.target);
  const text = event.clipboardData && event.clipboardData.getData("text/plain");
  if (!at || !text || !/[\t\n]/.test(text.replace(/\r?\n$/, "")) || !event.target.form) return;
  if (event.target.tagName === "TEXTAREA" && !text.includes("\t")) return;
  const name = nameOf(at.cell);
  if (!name) return;
  event.preventDefault();
  act(event.target.form, `paste:${name}`, { _paste: text }, { sheet: at.sheet.id, row: at.row, column: at.column });
}

/* On phones a line is a card that opens to be edited. */
const editing = new Set();
export function keepEditing() {
  for (const id of editing) {
    const body = document.getElementById(id);
    if (body) show(body, true);
    else editing.delete(id);
  }
  for (const button of document.querySelectorAll("[data-edit-line]")) button.hidden = false;
}
function show(body, open) {
  body.classList.toggle("editing", open);
  document.documentElement.classList.toggle("line-editing", open);
}
const onPhone = () => window.matchMedia("(max-width: 639px)").matches;
function turn(body, open) {
  editing.clear();
  for (const other of document.querySelectorAll("tbody.editing")) show(other, false);
  if (open) editing.add(body.id);
  show(body, open);
  if (open) [...body.rows[0].cells].some((cell) => go(cell));
}

export function startSheets() {
  document.addEventListener("change", (event) => quiet && event.stopPropagation(), true);
  document.addEventListener("keydown", keys);
  document.addEventListener("paste", paste);
  document.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-act]");
    if (tool && actOf(tool.form)) {
      event.preventDefault();
      const menu = tool.closest("details");
      if (menu) menu.open = false;
      const [what, where] = tool.value.split(":");
      const [lines, row] = where.split(".");
      const sheet = tool.form.querySelector(`[data-sheet="${lines}"]`);
      const count = sheet ? rowsOf(sheet).length : 0;
      const to = { add: count, insert: +row, copy: +row + 1, up: row - 1, down: +row + 1, remove: Math.min(+row, count - 2) }[what];
      act(tool.form, tool.value, {}, sheet && { sheet: sheet.id, row: to });
      if (what === "add" && sheet && onPhone()) {
        editing.clear();
        editing.add(`${sheet.id}-${count}`);
      }
    }
    // Opening and closing the choice of another document's lines is an answer of the server too.
    const source = event.target.closest("[data-source], [data-taking]");
    if (source && actOf(source.form)) {
      event.preventDefault();
      act(source.form, "", { [source.name]: source.value });
      opened = source.matches("[data-source]");
    }
    const edit = event.target.closest("[data-edit-line]");
    if (edit) {
      const body = edit.closest("tbody");
      const open = !body.classList.contains("editing");
      turn(body, open);
      if (!open) edit.focus();
    }
    // A press anywhere on the card opens it as well.
    const card = onPhone() && event.target.closest("[data-sheet] tbody:not(.editing)");
    if (card && card.querySelector("[data-edit-line]") && !event.target.closest("button, a, summary, details")) turn(card, true);
    const step = event.target.closest("[data-step]");
    if (step) {
      const input = step.parentElement.querySelector("input");
      const number = Number(input.value || 0);
      if (Number.isFinite(number)) {
        const places = (input.value.split(".")[1] || "").length;
        input.value = (number + Number(step.dataset.step)).toFixed(places);
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    const body = event.key === "Escape" && event.target.closest && event.target.closest("tbody.editing");
    if (body) {
      editing.clear();
      show(body, false);
    }
  });
  // The menu of a line is fixed to the window, so that the table does not cut it off.
  document.addEventListener("toggle", (event) => {
    const acts = event.target;
    if (!acts.matches || !acts.matches(".line-acts") || !acts.open) return;
    const menu = acts.querySelector(".menu");
    const at = acts.getBoundingClientRect();
    menu.style.right = `${Math.max(8, window.innerWidth - at.right)}px`;
    const above = window.innerHeight - at.bottom < menu.offsetHeight + 16;
    menu.style.top = above ? `${Math.max(8, at.top - menu.offsetHeight - 4)}px` : `${at.bottom + 4}px`;
  }, true);
  keepEditing();
}
