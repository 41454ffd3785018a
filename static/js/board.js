// A board: cards are carried to another column, or sent there from their menu; columns go on where they end.
import { element, toast } from "./changes.js";
import { startCarry } from "./carry.js";

const board = () => document.querySelector("[data-board]");
const columns = () => [...board().querySelectorAll("[data-column]")];
const named = (value) => columns().find((column) => column.dataset.column === value);

async function post(card, to) {
  const body = new URLSearchParams({ id: card.dataset.id, version: card.dataset.version, to });
  try {
    const answer = await fetch(board().dataset.moveUrl, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" }, body });
    return { ok: answer.ok, body: await answer.json() };
  } catch {
    return { ok: false, body: {} };
  }
}

async function send(card, to, back) {
  const [home, next, place] = [card.closest("[data-column]"), card.nextElementSibling, card.parentElement];
  if (home.dataset.column === to) return;
  named(to).querySelector(".tiles").prepend(card);
  card.setAttribute("aria-busy", "true");
  const answer = await post(card, to);
  card.removeAttribute("aria-busy");
  if (!answer.ok) {
    place.insertBefore(card, next);
    toast(answer.body.text || answer.body.detail || board().dataset.failed, true);
    return;
  }
  for (const [value, head] of Object.entries(answer.body.heads)) named(value)?.querySelector(".board-head").replaceWith(element(head));
  const fresh = answer.body.card && element(answer.body.card);
  if (fresh) card.replaceWith(fresh);
  else card.remove();
  const undo = fresh && !back && { label: board().dataset.undo, run: () => send(fresh, home.dataset.column, true) };
  toast(answer.body.text, false, undo || undefined);
  fresh?.querySelector("[data-move-open]")?.focus({ preventScroll: true });
}

/* The menu of a card ------------------------------------------------------------------------------------------- */
let opener = null;

function close() {
  const menu = document.querySelector("[data-move-menu]");
  if (!opener) return;
  menu.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  opener = null;
}

function open(link) {
  const menu = document.querySelector("[data-move-menu]");
  const here = link.closest("[data-column]").dataset.column;
  close();
  opener = link;
  link.setAttribute("aria-expanded", "true");
  menu.hidden = false;
  for (const button of menu.querySelectorAll("[data-to]")) {
    if (button.dataset.to === here) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.disabled = button.dataset.to === here;
  }
  const at = link.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.right - menu.offsetWidth, window.innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(at.bottom + 4, window.innerHeight - menu.offsetHeight - 8))}px`;
  menu.querySelector("button:not([disabled])")?.focus();
}

function menus() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-move-open]");
    const choice = event.target.closest("[data-move-menu] [data-to]");
    if (choice) {
      const card = opener.closest("[data-id]");
      close();
      send(card, choice.dataset.to);
    } else if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (opener === link) close();
      else open(link);
    } else close();
  });
  document.addEventListener("keydown", (event) => {
    if (!opener) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choices = [...document.querySelectorAll("[data-move-menu] button:not([disabled])")];
    if (step) {
      event.preventDefault();
      const at = choices.indexOf(document.activeElement);
      choices[(at + step + choices.length) % choices.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      const link = opener;
      close();
      link.focus();
      if (event.key === "Escape") event.preventDefault();
    }
  });
  document.addEventListener("scroll", close, true);
}

/* Columns go on ------------------------------------------------------------------------------------------------- */
function more() {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-board-more]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    const answer = await fetch(link.href, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
    link.removeAttribute("aria-busy");
    if (!answer || !answer.ok) return toast(board().dataset.failed, true);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const tiles = link.closest("[data-column]").querySelector(".tiles");
    const fresh = [...page.querySelectorAll("[data-board] .tile")].filter((card) => !tiles.querySelector(`[data-id="${card.dataset.id}"]`));
    tiles.append(...fresh);
    fresh[0]?.querySelector("a")?.focus();
    const next = page.querySelector("[data-board-more]");
    if (next) link.href = next.href;
    else link.remove();
  });
}

export function startBoard() {
  if (!board()) return;
  more();
  if (!board().dataset.moveUrl) return;
  menus();
  startCarry({ what: "[data-board] .tile[data-moves]", where: "[data-column]", drop: (card, column) => send(card, column.dataset.column) });
}
