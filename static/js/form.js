// The record form: which field changed, keys in the lines grid, and what the server answered put into the controls.

const formOf = (node) => (node.closest ? node.closest("#record-form") : null);

/* A control keeps what was typed apart from its `value` attribute; the answer only changes attributes. All but the one in
   use take what the server says; the one in use is sent again as soon as it is left. */
function take(form) {
  for (const control of form.elements) {
    if (control === document.activeElement || !control.name) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      if (control.checked !== control.defaultChecked) control.checked = control.defaultChecked;
    } else if (control.tagName === "SELECT") {
      for (const option of control.options) if (option.selected !== option.defaultSelected) option.selected = option.defaultSelected;
      if (!control.multiple && control.selectedIndex < 0) control.selectedIndex = 0;
    } else if (control.tagName !== "BUTTON" && control.type !== "hidden" && control.value !== control.defaultValue) {
      control.value = control.defaultValue;
    }
  }
  for (const box of form.querySelectorAll(".picker > [role=combobox]")) {
    if (box !== document.activeElement) box.value = box.defaultValue;
  }
}

/* Enter goes to the same column of the next line, and past the last line asks for another. */
function nextLine(event) {
  const input = event.target;
  if (event.key !== "Enter" || event.defaultPrevented || event.isComposing || !input.matches("[data-sheet] input")) return;
  event.preventDefault();
  const sheet = input.closest("[data-sheet]");
  const cell = input.closest("td");
  const rows = [...sheet.tBodies];
  const at = rows.indexOf(input.closest("tbody"));
  const target = rows[at + 1] && rows[at + 1].rows[0].cells[cell.cellIndex];
  const control = target && target.querySelector("input:not([type=hidden]), select, textarea");
  if (control) {
    control.focus();
    if (control.select) control.select();
  } else {
    const add = document.querySelector(`[data-add-line="${sheet.id}"]`);
    if (add) {
      input.blur();
      add.click();
    }
  }
}

export function startForms() {
  let added = null;
  document.addEventListener(
    "change",
    (event) => {
      const form = formOf(event.target);
      if (form && form.elements._changed) form.elements._changed.value = event.target.name || "";
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-line]");
    if (add) added = add.dataset.addLine;
  });
  document.addEventListener("keydown", nextLine);
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, () => {
      const form = document.getElementById("record-form");
      if (!form || !form.dataset.failed || document.getElementById("live-failed")) return;
      const toast = document.createElement("div");
      toast.id = "live-failed";
      toast.className = "toast bad-toast";
      toast.setAttribute("role", "alert");
      toast.textContent = form.dataset.failed;
      document.body.append(toast);
      setTimeout(() => toast.remove(), 8000);
    });
  }
  document.addEventListener("htmx:after:swap", (event) => {
    // An answer that was not taken says nothing about what was typed.
    const answer = event.detail && event.detail.ctx;
    if (answer && (answer.swap === "none" || (answer.response && answer.response.raw && !answer.response.raw.ok))) return;
    const form = document.getElementById("record-form");
    if (!form) return;
    take(form);
    if (added) {
      const sheet = document.getElementById(added);
      added = null;
      const last = sheet && sheet.tBodies[sheet.tBodies.length - 1];
      const first = last && last.querySelector("input:not([type=hidden]), select, textarea");
      if (first) first.focus();
    }
  });
}
