// What is typed into a form is kept on the server while it is typed; leaving with anything that is not kept is asked about.

const pause = 2500;
let timer = 0;
let changed = false;
let keeping = null;

const form = () => document.getElementById("record-form");

function body(of) {
  return new URLSearchParams([...new FormData(of)].filter(([, value]) => typeof value === "string"));
}

async function keep() {
  const here = form();
  if (!here || !here.dataset.draft || !changed) return;
  clearTimeout(timer);
  changed = false;
  keeping = fetch(here.dataset.draft, { method: "POST", body: body(here), headers: { "HX-Request": "true" }, credentials: "same-origin", keepalive: false });
  try {
    const answer = await keeping;
    if (!answer.ok) throw new Error(String(answer.status));
    const place = document.getElementById("draft-said");
    if (place) place.textContent = await answer.text();
  } catch {
    changed = true;
  }
}

/* The last of it goes out while the page goes away. */
function leave() {
  const here = form();
  if (!here || !changed || !here.dataset.draft || !navigator.sendBeacon) return;
  if (navigator.sendBeacon(here.dataset.draft, body(here))) changed = false;
}

export function startDrafts() {
  const touched = (event) => {
    if (!event.target.closest || !event.target.closest("#record-form") || event.target.matches("[data-picker] [role=combobox]")) return;
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  };
  document.addEventListener("input", touched);
  document.addEventListener("change", touched);
  document.addEventListener("act", touched, true);
  document.addEventListener("submit", (event) => {
    if (event.target === form()) {
      changed = false;
      clearTimeout(timer);
    }
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", (event) => {
    if (!changed || !form()) return;
    event.preventDefault();
    event.returnValue = form().dataset.leave || "";
  });
}
