// Reading codes: with the camera where the browser can read barcodes itself, and from scanners that type like a keyboard. What a
// code means is decided by the server.
import { act } from "./sheet.js";

const fastest = 40;
const shortest = 5;
let stream = null;
let dialog = null;

const form = () => document.getElementById("record-form");

function send(target, code) {
  const here = form();
  if (here && code.trim()) act(here, `scan:${target}`, { _code: code.trim() });
}

function stop() {
  if (stream) for (const track of stream.getTracks()) track.stop();
  stream = null;
}

function element(tag, attributes, ...inner) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...inner);
  return node;
}

/* The camera looks until the dialog is closed; one code is taken once, until another or a pause comes between. */
async function look(video, words, target, several) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) {
    words.textContent = form().dataset.scanNone;
    video.remove();
    return;
  }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    words.textContent = form().dataset.scanDenied;
    video.remove();
    return;
  }
  video.srcObject = stream;
  await video.play();
  const detector = new window.BarcodeDetector();
  let last = "";
  let seen = 0;
  const step = async () => {
    if (!dialog || !dialog.open || !stream) return;
    const [found] = await detector.detect(video).catch(() => []);
    const now = Date.now();
    if (found && (found.rawValue !== last || now - seen > 2000)) {
      last = found.rawValue;
      send(target, last);
      if (!several) return dialog.close();
    }
    if (found) seen = now;
    setTimeout(step, 150);
  };
  step();
}

function open(button) {
  const target = button.dataset.scan;
  const several = Boolean(form().querySelector(`[data-sheet="${target}"]`));
  const words = element("p", { class: "soft small", role: "status" }, form().dataset.scanTitle);
  const video = element("video", { muted: "", playsinline: "", "aria-hidden": "true" });
  const input = element("input", { class: "input code", type: "text", autocomplete: "off", "aria-label": button.textContent.trim() });
  const close = element("button", { class: "btn", type: "button" }, form().dataset.scanClose);
  dialog = element("dialog", { class: "dialog scan-box", "aria-label": button.textContent.trim() }, video, element("div", { class: "card-body stack" }, words, input, close));
  document.body.append(dialog);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send(target, input.value);
    input.value = "";
    if (!several) dialog.close();
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
    dialog = null;
    const again = form() && form().querySelector(`[data-scan="${target}"]`);
    if (again) again.focus();
  });
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
  input.focus();
  look(video, words, target, several);
}

/* A scanner types much faster than a person and ends with Enter. */
let typed = "";
let since = 0;
function wedge(event) {
  const here = form();
  if (!here || dialog || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const now = event.timeStamp;
  if (now - since > fastest) typed = "";
  since = now;
  if (event.key.length === 1) {
    typed += event.key;
    return;
  }
  if (event.key !== "Enter" || typed.length < shortest) return;
  const input = event.target.matches && event.target.matches("input, textarea") ? event.target : null;
  const sheet = input && input.closest("[data-sheet]");
  const field = input && input.closest(".field");
  const own = (field && field.querySelector("[data-scan]")) || (sheet && here.querySelector(`[data-scan="${sheet.dataset.sheet}"]`));
  const button = own || (!input && here.querySelector("[data-scan]"));
  if (!button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const code = typed;
  typed = "";
  // What the scanner typed is a code, not what the box says.
  if (input && sheet && input.value.endsWith(code)) input.value = input.value.slice(0, -code.length);
  send(button.dataset.scan, code);
}

export function startScanning() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-scan]");
    if (button && form()) open(button);
  });
  document.addEventListener("keydown", wedge, true);
}
