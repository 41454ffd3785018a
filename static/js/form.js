// The record form: which field changed, keys in the lines grid, and what the server answered put into the controls.

import { keepEditing, settle } from "./sheet.js";
import { dressSections } from "./sections.js";

const formOf = (node) => (node.closest ? node.closest("#record-form") : null);

/* A control keeps what was typed apart from its `value` attribute; the answer only changes attributes. All but the one in
   use take what the server says; the one in use is sent again as soon as it is left. */
function take(form) {
  for (const control of form.elements) {
    // The server has the files that were chosen: they came back by their ids, and are not sent again.
    if (control.type === "file") {
      control.value = "";
      continue;
    }
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

export function startForms() {
  document.addEventListener(
    "change",
    (event) => {
      const form = formOf(event.target);
      if (form && form.elements._changed) form.elements._changed.value = event.target.name || "";
    },
    true,
  );
  for (const name of ["htmx:error", "htmx:response:error"]) {
    document.addEventListener(name, () => {
      const form = document.getElementById("record-form");
      if (form) settle(form);
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
    dressSections(form);
    for (const button of form.querySelectorAll("[data-scan][hidden], [data-with-scripts][hidden]")) button.hidden = false;
    keepEditing();
    settle(form);
  });
}
