// A calendar: records are carried to another day; the server says again what lies where.
import { toast } from "./changes.js";
import { startCarry } from "./carry.js";

const calendar = () => document.querySelector("[data-calendar]");

async function again() {
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer || !answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("grid").replaceWith(page.getElementById("grid"));
}

async function send(entry, day, back) {
  const { id, version, day: from } = entry.dataset;
  if (day === from) return;
  entry.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ id, version, to: day });
  let answer = null;
  let said = {};
  try {
    answer = await fetch(calendar().dataset.moveUrl, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" }, body });
    said = await answer.json();
  } catch {
    answer = { ok: false };
  }
  entry.removeAttribute("aria-busy");
  if (!answer.ok) return toast(said.text || said.detail || calendar().dataset.failed, true);
  await again();
  const now = () => document.querySelector(`[data-calendar] [data-id="${id}"]`);
  const undo = !back && now() && { label: calendar().dataset.undo, run: () => now() && send(now(), from, true) };
  toast(said.text, false, undo || undefined);
}

/* A bar that is taken in its middle moves by as many days as it is carried. */
const shifted = (entry, from, to) => {
  const day = 86400000;
  const moved = Date.parse(to) - Date.parse(from);
  return new Date(Date.parse(entry.dataset.day) + Math.round(moved / day) * day).toISOString().slice(0, 10);
};

export function startCalendar() {
  if (!calendar() || !calendar().dataset.moveUrl) return;
  startCarry({
    what: "[data-calendar] .entry[data-moves]",
    where: "[data-calendar] td[data-date]",
    drop: (entry, cell) => send(entry, shifted(entry, entry.closest("[data-date]").dataset.date, cell.dataset.date)),
  });
}
