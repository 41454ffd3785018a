// A record beside its list: the place in the list is not lost. On small screens and without scripts its page opens.

const wide = () => window.matchMedia("(min-width: 900px)").matches;
const links = () => {
  const seen = new Set();
  return [...document.querySelectorAll("#grid a[data-record]")].filter((link) => {
    const fresh = link.offsetParent && !seen.has(link.pathname);
    if (fresh) seen.add(link.pathname);
    return fresh;
  });
};
const spot = (link) => link.closest("tr, .tile, .entry, .agenda-item");

let drawer = null;
let path = null;
let asked = 0;

const current = () => links().find((link) => link.pathname === path);

function mark() {
  for (const old of document.querySelectorAll("#grid .shown")) old.classList.remove("shown");
  const link = current();
  if (link) spot(link)?.classList.add("shown");
}

function close() {
  if (!drawer) return;
  const link = current();
  drawer.remove();
  drawer = path = null;
  mark();
  history.replaceState(history.state, "", location.pathname + location.search);
  link?.focus();
}

function build() {
  drawer = document.getElementById("drawer").content.firstElementChild.cloneNode(true);
  drawer.querySelector("[data-drawer-close]").addEventListener("click", close);
  drawer.querySelector("[data-drawer-back]").addEventListener("click", () => go(-1));
  drawer.querySelector("[data-drawer-on]").addEventListener("click", () => go(1));
  document.querySelector("main").append(drawer);
}

async function show(address) {
  const turn = ++asked;
  const url = new URL(address, location.href);
  path = url.pathname;
  if (!drawer) build();
  const body = drawer.querySelector("[data-drawer-body]");
  body.setAttribute("aria-busy", "true");
  const whole = drawer.querySelector("[data-drawer-whole]");
  whole.href = url.pathname + url.search;
  mark();
  const all = links();
  const at = all.findIndex((link) => link.pathname === path);
  drawer.querySelector("[data-drawer-back]").disabled = at <= 0;
  drawer.querySelector("[data-drawer-on]").disabled = at < 0 || at === all.length - 1;
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (turn !== asked || !drawer) return;
  if (!answer || !answer.ok || answer.redirected) {
    location.assign(url);
    return;
  }
  const main = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  main.querySelector(".crumbs")?.remove();
  const title = main.querySelector("h1");
  const head = document.createElement("h2");
  head.id = "drawer-title";
  head.append(...title.childNodes);
  title.replaceWith(head);
  body.className = `card-body ${main.className}`;
  body.replaceChildren(...main.childNodes);
  body.removeAttribute("aria-busy");
  body.scrollTop = 0;
  history.replaceState(history.state, "", `#${path.split("/").pop()}`);
  if (!drawer.contains(document.activeElement)) drawer.focus();
}

function go(step) {
  const all = links();
  const next = all[all.findIndex((link) => link.pathname === path) + step];
  if (!next) return;
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  show(next.href);
}

export function startDrawer() {
  if (!document.getElementById("drawer")) return;
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !wide()) return;
    const link = event.target.closest("#grid a[data-record]");
    // The tabs of the record stay in the drawer.
    const tab = drawer && event.target.closest(".record-tabs a");
    if (link || (tab && tab.pathname === path)) {
      event.preventDefault();
      show((link || tab).href);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!drawer || event.defaultPrevented || event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const inside = drawer.contains(event.target) || event.target === document.body;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (step && inside) go(step);
    else return;
    event.preventDefault();
  });
  const id = /^#\d+$/.test(location.hash) && location.hash.slice(1);
  const link = id && links().find((one) => one.pathname.endsWith(`/${id}`));
  if (link && wide()) show(link.href);
}
