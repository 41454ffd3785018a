// Tabs and folded sections of a form. Without this file every tab shows and sections fold by themselves.

const chosen = new Map();
const folded = new Map();

function select(box, tab, focus) {
  for (const other of box.querySelectorAll("[data-tab-list] > a")) {
    if (other.closest("[data-tabs]") !== box) continue;
    const on = other === tab;
    other.setAttribute("aria-selected", on ? "true" : "false");
    other.tabIndex = on ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
  }
  chosen.set(box.id, tab.id);
  if (focus) tab.focus();
}

/** Makes tabs of what the server sent, and keeps what was open open. */
export function dressSections(root = document) {
  for (const box of root.querySelectorAll("[data-tabs]")) {
    const list = box.querySelector("[data-tab-list]");
    const tabs = [...list.children];
    list.setAttribute("role", "tablist");
    for (const tab of tabs) {
      const panel = document.getElementById(tab.hash.slice(1));
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
    }
    const known = chosen.has(box.id) && tabs.find((tab) => tab.id === chosen.get(box.id));
    select(box, known || tabs[0], false);
  }
  for (const box of root.querySelectorAll("[data-fold]")) {
    if (folded.has(box.id)) box.open = folded.get(box.id);
  }
}

/** Opens whatever hides an element. */
export function reveal(node) {
  for (let at = node; at; at = at.parentElement) {
    if (at.matches("[data-tab-panel][hidden]")) select(at.closest("[data-tabs]"), document.getElementById(at.getAttribute("aria-labelledby")), false);
    if (at.matches("details[data-fold]") && !at.open) at.open = true;
  }
}

function follow(event) {
  const link = event.target.closest("a[href^='#']");
  if (!link || link.getAttribute("role") === "tab") return;
  const node = link.hash.length > 1 && document.getElementById(link.hash.slice(1));
  if (!node) return;
  reveal(node);
  const inner = node.matches("input, select, textarea") ? node : node.querySelector("input:not([type=hidden]), select, textarea");
  if (inner && link.closest(".action-bar, .note")) {
    event.preventDefault();
    inner.focus();
    inner.scrollIntoView({ block: "center" });
  }
}

export function startSections() {
  dressSections();
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab && tab.closest("[data-tabs]")) {
      event.preventDefault();
      select(tab.closest("[data-tabs]"), tab, true);
    } else {
      follow(event);
    }
  });
  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest && event.target.closest("[role=tab]");
    if (!tab) return;
    const tabs = [...tab.parentElement.children];
    const at = tabs.indexOf(tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    select(tab.closest("[data-tabs]"), tabs[(to + tabs.length) % tabs.length], true);
  });
  document.addEventListener("toggle", (event) => event.target.matches("[data-fold]") && folded.set(event.target.id, event.target.open), true);
  // The browser's own words for what is missing need the control in sight.
  document.addEventListener("invalid", (event) => reveal(event.target), true);
}
