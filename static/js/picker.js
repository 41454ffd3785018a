// Chooses a record or a person by typing. The <select> beside the box holds the value and is what is posted.

const pause = 180;
let timer = 0;
let request = null;

const parts = (node) => {
  const picker = node.closest("[data-picker]");
  return picker && { picker, box: picker.querySelector("[role=combobox]"), select: picker.querySelector("select"), list: picker.querySelector("[role=listbox]") };
};
const options = (list) => [...list.querySelectorAll("[role=option]:not([aria-disabled])")];

function close({ box, list }) {
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

/* The list is fixed to the window, so that a scrolling table does not cut it off. */
function place({ box, list }) {
  const at = box.getBoundingClientRect();
  const width = Math.max(at.width, 240);
  list.style.width = `${width}px`;
  list.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  const below = window.innerHeight - at.bottom;
  const up = below < 220 && at.top > below;
  list.style.maxHeight = `${Math.max(120, Math.min(280, (up ? at.top : below) - 16))}px`;
  list.style.top = up ? "auto" : `${at.bottom + 4}px`;
  list.style.bottom = up ? `${window.innerHeight - at.top + 4}px` : "auto";
}

function open(it) {
  it.list.hidden = false;
  it.box.setAttribute("aria-expanded", "true");
  place(it);
}

function mark(it, index) {
  const all = options(it.list);
  all.forEach((option, n) => {
    option.id = `${it.list.id}-${n}`;
    option.classList.toggle("at", n === index);
  });
  if (all[index]) {
    it.box.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  } else {
    it.box.removeAttribute("aria-activedescendant");
  }
}

function say(it, text) {
  const line = document.createElement("li");
  line.className = "none";
  line.setAttribute("role", "option");
  line.setAttribute("aria-disabled", "true");
  line.setAttribute("aria-selected", "false");
  line.textContent = text;
  it.list.replaceChildren ? it.list.replaceChildren(line) : ((it.list.textContent = ""), it.list.append(line));
}

async function search(it, words) {
  if (request) request.abort();
  request = new AbortController();
  const mine = request;
  const url = new URL(it.picker.dataset.search, document.baseURI);
  url.searchParams.set("q", words);
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: mine.signal, credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    it.list.innerHTML = await answer.text();
  } catch {
    if (mine.signal.aborted) return;
    say(it, it.picker.dataset.failed);
  }
  if (document.activeElement !== it.box) return;
  open(it);
  mark(it, words && options(it.list).length ? 0 : -1);
}

function changed(it) {
  it.select.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(it, value, label) {
  let option = [...it.select.options].find((known) => known.value === value);
  if (!option) {
    option = new Option(label, value);
    it.select.add(option);
  }
  option.selected = true;
  it.box.value = it.select.multiple ? "" : label;
  // A search that is still under way would open the list again.
  clearTimeout(timer);
  if (request) request.abort();
  close(it);
  changed(it);
}

/* Leaving the box: emptied means none, anything else that was not chosen goes back to what was. */
function settle(it) {
  close(it);
  clearTimeout(timer);
  if (it.select.multiple) {
    it.box.value = "";
    return;
  }
  const chosen = it.select.selectedOptions[0];
  if (!it.box.value.trim() && chosen && chosen.value) {
    it.select.value = "";
    changed(it);
  } else if (it.box.value.trim()) {
    it.box.value = chosen && chosen.value ? chosen.text.split(" · ")[0] : "";
  }
}

export function startPickers() {
  document.addEventListener("input", (event) => {
    const it = event.target.matches("[data-picker] [role=combobox]") && parts(event.target);
    if (!it) return;
    clearTimeout(timer);
    timer = setTimeout(() => search(it, it.box.value.trim()), pause);
  });
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-picker] [data-drop]");
    if (drop) {
      const it = parts(drop);
      for (const option of it.select.options) if (option.value === drop.dataset.drop) option.selected = false;
      drop.closest("li").remove();
      it.box.focus();
      changed(it);
      return;
    }
    if (event.target.matches("[data-picker] [role=combobox]")) {
      const it = parts(event.target);
      it.box.select();
      if (it.list.hidden) search(it, "");
    }
  });
  // Pressing an option must not take the focus from the box.
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".listbox")) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const option = event.target.closest("[data-picker] [role=option]:not([aria-disabled])");
    if (option) choose(parts(option), option.dataset.value, option.dataset.label);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (!event.target.matches("[data-picker] [role=combobox]") || event.isComposing) return;
      const it = parts(event.target);
      const all = options(it.list);
      const at = all.findIndex((option) => option.classList.contains("at"));
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (it.list.hidden) search(it, it.box.value.trim());
        else mark(it, (at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % Math.max(all.length, 1));
      } else if (event.key === "Enter" && !it.list.hidden) {
        event.preventDefault();
        if (all[at]) choose(it, all[at].dataset.value, all[at].dataset.label);
      } else if (event.key === "Escape" && !it.list.hidden) {
        event.preventDefault();
        settle(it);
      }
    },
    true,
  );
  // What is typed into the box is no value of the form.
  document.addEventListener("change", (event) => event.target.matches("[data-picker] [role=combobox]") && event.stopPropagation(), true);
  document.addEventListener("focusout", (event) => {
    if (event.target.matches("[data-picker] [role=combobox]")) settle(parts(event.target));
  });
  window.addEventListener("scroll", () => document.querySelectorAll(".listbox:not([hidden])").forEach((list) => place(parts(list))), true);
}
