// A list as a grid: frozen and resized columns, folded groups, chosen rows and what is done with them.
import { grid, onRows, rows, send, startChanges, toast } from "./changes.js";
import { startCells } from "./cells.js";
import { startPaste } from "./paste.js";

const heads = () => [...document.querySelectorAll("#grid thead th")];

/* Frozen cells stand one beside the other. */
function freeze() {
  const first = document.querySelector("#grid thead tr");
  if (!first || !first.querySelector(".frozen")) return;
  const frozen = heads().map((head) => head.classList.contains("frozen"));
  let left = 0;
  const at = heads().map((head, n) => {
    const mine = left;
    if (frozen[n] || head.classList.contains("pick")) left += head.offsetWidth;
    return mine;
  });
  for (const row of document.querySelectorAll("#grid thead tr, #grid tbody tr[data-id]")) {
    [...row.cells].forEach((cell, n) => {
      if (frozen[n] || cell.classList.contains("pick")) cell.style.left = `${at[n]}px`;
    });
  }
  document.querySelector("#grid table").classList.add("freezes");
}

/* Widths are a part of the list's address, as everything else that shows. */
function keep() {
  const columns = heads().filter((head) => head.dataset.f);
  const address = new URL(location.href);
  const cols = [...document.querySelectorAll("#grid col")];
  const word = (head) => {
    const width = cols[head.cellIndex].getAttribute("width");
    return width ? `${head.dataset.f}:${width}` : head.dataset.f;
  };
  address.searchParams.set("columns", columns.map(word).join(","));
  location.assign(address);
}

function resize(head, width) {
  const col = document.querySelectorAll("#grid col")[head.cellIndex];
  col.setAttribute("width", Math.round(Math.max(48, Math.min(800, width))));
  for (const row of document.querySelectorAll("#grid thead tr, #grid tbody tr[data-id]")) row.cells[head.cellIndex]?.classList.add("sized");
  freeze();
}

function grips() {
  for (const head of heads().filter((one) => one.dataset.f)) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.tabIndex = 0;
    grip.setAttribute("role", "separator");
    grip.setAttribute("aria-orientation", "vertical");
    grip.setAttribute("aria-label", head.textContent.trim().split("\n")[0]);
    grip.setAttribute("aria-valuenow", head.offsetWidth);
    head.append(grip);
    let timer = 0;
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const [from, width] = [event.clientX, head.offsetWidth];
      grip.setPointerCapture(event.pointerId);
      const move = (moved) => resize(head, width + moved.clientX - from);
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", (done) => {
        grip.removeEventListener("pointermove", move);
        if (done.clientX !== from) keep();
      }, { once: true });
    });
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -16, ArrowRight: 16 }[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      resize(head, head.offsetWidth + step);
      clearTimeout(timer);
      timer = setTimeout(keep, 900);
    });
  }
}

/* A menu in a head would be cut off by the scrolling table. */
function menus() {
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches || !menu.matches("#grid .col-menu[open]")) return;
    const at = menu.getBoundingClientRect();
    const box = menu.querySelector(".menu");
    box.style.position = "fixed";
    box.style.top = `${at.bottom + 4}px`;
    box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, window.innerWidth - box.offsetWidth - 8))}px`;
    box.style.maxHeight = `${window.innerHeight - at.bottom - 24}px`;
  }, true);
  document.querySelector("#grid .grid-scroll")?.addEventListener("scroll", () => {
    for (const menu of document.querySelectorAll("#grid .col-menu[open]")) menu.open = false;
  });
}

/* The order of columns by dragging; the buttons do the same without. */
function drag() {
  const list = document.querySelector("[data-columns] .column-list");
  if (!list) return;
  let held = null;
  list.addEventListener("dragstart", (event) => (held = event.target.closest("li")));
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    const after = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
    over[after ? "after" : "before"](held);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
}

/* Groups ------------------------------------------------------------------------------------------------------- */
const nameOf = (fold) => `fold:${location.pathname}:${new URL(fold.href).searchParams.get("in")}`;

function below(head) {
  const level = +head.dataset.level;
  const found = [];
  for (let row = head.nextElementSibling; row && !(row.dataset.level && +row.dataset.level <= level); row = row.nextElementSibling) found.push(row);
  return found;
}

function fold(link, shut) {
  link.setAttribute("aria-expanded", String(!shut));
  const closed = [];
  for (const row of below(link.closest("tr"))) {
    const inner = row.querySelector("[data-fold]");
    const level = +row.dataset.level || 99;
    while (closed.length && closed[closed.length - 1] >= level) closed.pop();
    row.hidden = shut || closed.length > 0;
    if (inner && inner.getAttribute("aria-expanded") === "false") closed.push(level);
  }
}

async function load(address) {
  const answer = await fetch(address, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer || !answer.ok) {
    toast(grid().dataset.failed || String(answer && answer.status), true);
    return null;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { rows: [...page.querySelectorAll("#grid tbody tr[data-id]")], next: page.querySelector("#grid .pager a[rel=next]") };
}

function groups() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("#grid [data-fold]");
    const rest = event.target.closest("#grid [data-rest]");
    if ((!link && !rest) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (rest) {
      const line = rest.closest("tr");
      const page = await load(rest.href);
      if (!page) return;
      const known = new Set(rows().map((row) => row.dataset.id));
      line.before(...page.rows.filter((row) => !known.has(row.dataset.id)));
      if (page.next) rest.href = page.next.href;
      else line.remove();
      freeze();
      return;
    }
    const head = link.closest("tr");
    const open = link.getAttribute("aria-expanded") === "true";
    if (!open && "deepest" in link.dataset && !below(head).length) {
      const page = await load(link.href);
      if (!page) return;
      head.after(...page.rows);
      if (page.next) {
        const more = document.createElement("tr");
        more.className = "more";
        const cell = more.insertCell();
        cell.colSpan = heads().length;
        cell.innerHTML = '<a data-rest></a>';
        cell.firstChild.href = page.next.href;
        cell.firstChild.textContent = page.next.textContent;
        page.rows[page.rows.length - 1].after(more);
      }
      freeze();
    }
    fold(link, open);
    sessionStorage.setItem(nameOf(link), open ? "shut" : "open");
  });
  for (const link of document.querySelectorAll("#grid [data-fold]")) {
    const was = sessionStorage.getItem(nameOf(link));
    if (was === "shut" && link.getAttribute("aria-expanded") === "true") fold(link, true);
  }
}

/* Chosen rows -------------------------------------------------------------------------------------------------- */
let everything = false;
let lastPick = null;

const picked = () => [...document.querySelectorAll("#grid [data-pick]:checked")].map((box) => box.closest("tr"));

function bulk() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const chosen = picked();
  for (const row of rows()) row.toggleAttribute("aria-selected", false);
  for (const row of chosen) row.setAttribute("aria-selected", "true");
  bar.hidden = !chosen.length;
  if (!chosen.length) everything = false;
  const all = bar.querySelector("[data-bulk-all]");
  const count = bar.querySelector("[data-bulk-count]");
  count.textContent = everything ? grid().dataset.allPicked.replace("{n}", all.dataset.bulkAll) : count.dataset.text.replace("{n}", chosen.length);
  if (all) all.hidden = everything || chosen.length < rows().length || +all.dataset.bulkAll <= chosen.length;
  const top = document.querySelector("[data-pick-all]");
  if (top) {
    top.checked = chosen.length > 0 && chosen.length === rows().length;
    top.indeterminate = chosen.length > 0 && !top.checked;
  }
}

const olds = () => picked().map((row) => ({ id: +row.dataset.id, version: +row.dataset.version }));

async function act(changes) {
  const answer = await send(changes);
  if (!answer.ok) {
    const first = (answer.body.errors || [])[0];
    toast([answer.body.text, first && first.message].filter(Boolean).join(" · ") || answer.body.detail, true);
    return;
  }
  for (const box of document.querySelectorAll("#grid [data-pick]:checked")) box.checked = false;
  everything = false;
  bulk();
}

function bulkBar() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("#grid [data-pick]");
    if (!box) return;
    const all = rows().map((row) => row.querySelector("[data-pick]"));
    if (event.shiftKey && lastPick && all.includes(lastPick)) {
      const [from, to] = [all.indexOf(lastPick), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    lastPick = box;
    bulk();
  });
  document.querySelector("[data-pick-all]").addEventListener("change", (event) => {
    for (const row of rows()) row.querySelector("[data-pick]").checked = event.target.checked;
    bulk();
  });
  bar.querySelector("[data-bulk-none]").addEventListener("click", () => {
    for (const box of document.querySelectorAll("#grid [data-pick]:checked")) box.checked = false;
    bulk();
  });
  bar.querySelector("[data-bulk-all]")?.addEventListener("click", () => {
    everything = true;
    bulk();
  });
  bar.querySelector("[data-bulk-delete]")?.addEventListener("click", () => act(everything ? { all: { delete: true } } : { delete: olds() }));
  const field = bar.querySelector("[data-bulk-field]");
  const value = bar.querySelector("[data-bulk-value]");
  const apply = bar.querySelector("[data-bulk-apply]");
  field?.addEventListener("change", async () => {
    value.replaceChildren();
    apply.hidden = !field.value;
    if (!field.value) return;
    const answer = await fetch(`${grid().dataset.base}/0/cell/${field.value}`, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (answer.ok) value.innerHTML = await answer.text();
    value.querySelector("[role=combobox], input, select, textarea")?.focus();
  });
  apply?.addEventListener("click", () => {
    const given = [];
    for (const control of value.querySelectorAll(`[name="${field.value}"]`)) {
      if (control.type === "checkbox" || control.type === "radio") {
        if (control.checked) given.push(control.value);
      } else if (control.tagName === "SELECT") given.push(...[...control.selectedOptions].map((option) => option.value));
      else given.push(control.value);
    }
    const posted = { [field.value]: given };
    act(everything ? { all: { posted } } : { update: olds().map((old) => ({ ...old, posted })) });
  });
  onRows(bulk);
}

/* Many rows are counted, and added up, when the page is already there. */
async function tally() {
  const link = document.querySelector("#grid [data-tally]");
  const answer = link && (await fetch(link.href, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null));
  if (!answer || !answer.ok || !link.isConnected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const counted = page.querySelector("#grid [data-counted]");
  if (counted) document.querySelector("#grid [data-counted]").replaceChildren(...counted.childNodes);
  const totals = page.querySelector("#grid tfoot");
  if (totals && !document.querySelector("#grid tfoot")) document.querySelector("#grid table").append(totals);
  const [all, whole] = [document, page].map((one) => one.querySelector("[data-bulk-all]"));
  if (all && whole) {
    all.dataset.bulkAll = whole.dataset.bulkAll;
    all.textContent = whole.textContent;
  }
}

export function startGrid() {
  if (!document.querySelector("#grid.grid-box")) return;
  tally();
  menus();
  grips();
  groups();
  drag();
  freeze();
  window.addEventListener("resize", freeze);
  onRows(freeze);
  if (!grid().dataset.cells) return;
  startChanges();
  startCells();
  startPaste();
  bulkBar();
}
