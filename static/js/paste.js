// Ranges of a list to and from a spreadsheet, as tab-separated text.
import { cellAt, change, range, textOf } from "./cells.js";
import { grid, rows, say, toast } from "./changes.js";

const quoted = (text) => (/[\t\n\r"]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);

/* Quotes hold tabs and line ends; doubled they are themselves. */
export function parse(text) {
  const lines = [[""]];
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const line = lines[lines.length - 1];
    if (inside) {
      if (letter === '"' && text[at + 1] === '"') {
        line[line.length - 1] += '"';
        at += 1;
      } else if (letter === '"') inside = false;
      else line[line.length - 1] += letter;
    } else if (letter === '"' && line[line.length - 1] === "") inside = true;
    else if (letter === "\t") line.push("");
    else if (letter === "\n") lines.push([""]);
    else if (letter !== "\r") line[line.length - 1] += letter;
  }
  const last = lines[lines.length - 1];
  if (lines.length > 1 && last.length === 1 && last[0] === "") lines.pop();
  return lines;
}

const ours = (event) => {
  const at = event.target && event.target.closest && event.target.closest("#grid td.at");
  return at && !event.target.closest("input, textarea, select") && range().length;
};

function ask(text, word) {
  const dialog = document.getElementById("confirm");
  if (!dialog || !dialog.showModal) return Promise.resolve(window.confirm(text));
  dialog.querySelector("h2").textContent = word;
  dialog.querySelector("p").textContent = text;
  dialog.querySelector("[value=yes]").textContent = word;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

/* Where each text goes: into rows that are there, and into new ones below them. One value fills the whole range. */
function aim(lines) {
  const chosen = range();
  if (lines.length === 1 && lines[0].length === 1) {
    return { list: chosen.flat().filter((cell) => cell.classList.contains("open")).map((cell) => [cell, lines[0][0]]), create: [] };
  }
  const corner = chosen[0][0];
  const all = rows();
  const top = all.indexOf(corner.parentElement);
  const left = [...corner.parentElement.cells].filter((cell) => !cell.classList.contains("pick")).indexOf(corner);
  const heads = [...document.querySelectorAll("#grid thead th:not(.pick)")];
  const list = [];
  const create = [];
  lines.forEach((line, down) => {
    if (top + down >= all.length) {
      const texts = {};
      line.forEach((text, right) => {
        const head = heads[left + right];
        if (head && head.dataset.f && !head.dataset.f.includes(".") && text.trim()) texts[head.dataset.f] = text;
      });
      if (Object.keys(texts).length && "creates" in grid().dataset) create.push(texts);
      return;
    }
    line.forEach((text, right) => {
      const cell = cellAt({ row: top + down, column: left + right });
      if (cell && cell.classList.contains("open")) list.push([cell, text]);
    });
  });
  return { list, create };
}

export function startPaste() {
  document.addEventListener("copy", (event) => {
    if (!ours(event) || !window.getSelection().isCollapsed) return;
    const lines = range();
    event.clipboardData.setData("text/plain", lines.map((line) => line.map((cell) => quoted(textOf(cell))).join("\t")).join("\n"));
    event.preventDefault();
    toast(say("copied", { n: lines.flat().length }));
  });
  document.addEventListener("paste", async (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    const { list, create } = aim(parse(event.clipboardData.getData("text/plain")));
    const count = new Set(list.map(([cell]) => cell.parentElement)).size;
    if (!list.length && !create.length) return;
    const many = list.length > 1 || create.length;
    if (many && !(await ask(say("paste", { cells: list.length, rows: count, new: create.length }), grid().dataset.pasteDo))) return;
    await change(list, create);
  });
}
