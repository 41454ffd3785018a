// Every page works without this file; it makes some things quicker. No state lives here: the server's answer is always right.
import { startPickers } from "./picker.js";
import { startFields } from "./fields.js";
import { startDrafts } from "./draft.js";
import { startForms } from "./form.js";
import { startScanning } from "./scan.js";
import { startSections } from "./sections.js";
import { startSheets } from "./sheet.js";
import { startSignatures } from "./signature.js";
import { startUploads } from "./upload.js";
import { startBoard } from "./board.js";
import { startCalendar } from "./calendar.js";
import { startDrawer } from "./drawer.js";
import { startGrid } from "./grid.js";
import { startDesigner } from "./designer.js";

document.documentElement.classList.add("js");

/* A menu closes by Escape and by a press outside. */
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

/* Buttons that need scripts are hidden until there are scripts. */
function reveal(root) {
  for (const button of root.querySelectorAll("[data-reveal][hidden], [data-copy][hidden], [data-scan][hidden], [data-with-scripts][hidden]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const show = event.target.closest("[data-reveal]");
  if (show) {
    const inputs = show.dataset.reveal.split(" ").map((id) => document.getElementById(id));
    const visible = inputs[0].type === "text";
    for (const input of inputs) input.type = visible ? "password" : "text";
    const word = show.textContent;
    show.textContent = show.dataset.hide;
    show.dataset.hide = word;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy && navigator.clipboard) {
    navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent).then(() => {
      copy.querySelector("span").textContent = copy.dataset.done;
    });
  }
});

/* What cannot be undone is asked about. Without <dialog> the browser's own question does. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  const dialog = document.getElementById("confirm");
  const proceed = () => {
    form.dataset.confirmed = "yes";
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  };
  if (!dialog || !dialog.showModal) {
    if (window.confirm(form.dataset.confirm + "\n" + form.dataset.confirmBody)) proceed();
    return;
  }
  dialog.querySelector("h2").textContent = form.dataset.confirm;
  dialog.querySelector("p").textContent = form.dataset.confirmBody;
  dialog.querySelector("[value=yes]").textContent = form.dataset.confirmButton;
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && proceed(), { once: true });
  dialog.returnValue = "no";
  dialog.showModal();
});

/* A message without a way back leaves by itself. */
for (const toast of document.querySelectorAll("[data-toast]")) {
  if (!toast.querySelector("a, button") && toast.getAttribute("role") === "status") setTimeout(() => toast.remove(), 6000);
}

/* A form is sent once, however often its button is pressed. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  else event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

/* Tabs that scroll sideways show the one that is open. */
for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
  const bar = tab.parentElement;
  if (bar.scrollWidth > bar.clientWidth) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
}

reveal(document);
startPickers();
// Before the form hears of a chosen file.
startUploads();
startForms();
startDrafts();
startBoard();
startCalendar();
startGrid();
startDesigner();
startDrawer();
startFields();
startScanning();
startSections();
startSheets();
startSignatures();
