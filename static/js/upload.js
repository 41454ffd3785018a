// Files are checked and sent as soon as they are chosen or dropped, each with its progress; the form carries their ids. Without
// this the file inputs send them with the form.

const atOnce = 2;
/* What is shown in the fields and is not in the form yet. */
let uploads = [];
/* A form that was sent while files were on their way, and by which button. */
let held = null;
let count = 0;

const words = () => document.getElementById("upload-words").dataset;
const fieldOf = (upload) => document.querySelector(`[data-upload="${CSS.escape(upload.name)}"]`);
const of = (field) => uploads.filter((upload) => upload.state !== "arrived" && upload.name === field.dataset.upload);
const onTheWay = (upload) => upload.state === "waiting" || upload.state === "sending";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const press = (label, content, action) => {
  const made = element("button", { type: "button", class: `btn quiet sm${typeof content === "string" ? "" : " only"}`, "aria-label": label }, content);
  if (action) made.addEventListener("click", action);
  return made;
};

/* A type that the browser does not know is left to the server. */
function fits(file, accept) {
  const patterns = accept.split(",").filter(Boolean);
  if (patterns.length === 0) return true;
  const name = file.name.toLowerCase();
  const byEnding = patterns.filter((pattern) => pattern.startsWith("."));
  if (byEnding.some((ending) => name.endsWith(ending.toLowerCase()))) return true;
  if (!file.type) return byEnding.length < patterns.length;
  return patterns.some((pattern) => (pattern.endsWith("/*") ? file.type.startsWith(pattern.slice(0, -1)) : file.type === pattern));
}

function take(field, files) {
  const { most, largest, accept, tooLarge, wrongType, tooMany } = field.dataset;
  for (const refused of of(field).filter((upload) => upload.state === "refused")) forget(refused);
  let room = most - field.querySelectorAll("[data-file]").length - of(field).length;
  for (const file of files) {
    const wrong = file.size > Number(largest) ? tooLarge : !fits(file, accept) ? wrongType : room <= 0 ? tooMany : "";
    if (!wrong) room -= 1;
    const upload = { name: field.dataset.upload, file, state: wrong ? "refused" : "waiting", said: wrong };
    upload.number = count += 1;
    upload.row = element("li", { class: "on-the-way" });
    uploads.push(upload);
    draw(upload);
  }
  sendNext();
}

function draw(upload) {
  const { row, file, state } = upload;
  const word = words();
  const bad = state === "refused" || state === "failed";
  const bar = element("progress", { max: "100", value: String(upload.percent || 0), "aria-label": file.name });
  const say = bad ? element("span", { class: "told", role: "alert" }, upload.said) : element("small", { class: "soft tnum" }, state === "waiting" ? word.waiting : `${word.sending} ${upload.percent || 0}%`);
  const buttons = [press(`${word.remove} ${file.name}`, icon("x"), () => forget(upload))];
  if (state === "failed") buttons.unshift((upload.retry = press(`${word.retry} ${file.name}`, word.retry, () => again(upload))));
  row.replaceChildren(element("span", { class: "what" }, icon("file"), element("span", { class: "name" }, file.name)), say, ...(bad ? [] : [bar]), ...buttons);
  place(upload);
}

function step(upload, percent) {
  upload.percent = percent;
  const bar = upload.row.querySelector("progress");
  if (!bar) return;
  bar.value = percent;
  upload.row.querySelector("small").textContent = `${words().sending} ${percent}%`;
}

/* In its field, also when its line has moved. */
function place(upload) {
  const field = fieldOf(upload);
  if (upload.state === "arrived") return keep(upload, field);
  const list = field && field.querySelector(".pending");
  if (list && upload.row.parentNode !== list) list.append(upload.row);
}

function forget(upload) {
  uploads = uploads.filter((other) => other !== upload);
  if (upload.request) upload.request.abort();
  upload.row.remove();
  settled();
}

function again(upload) {
  upload.state = "waiting";
  upload.percent = 0;
  draw(upload);
  sendNext();
}

function sendNext() {
  const sending = uploads.filter((upload) => upload.state === "sending").length;
  for (const upload of uploads.filter((one) => one.state === "waiting").slice(0, atOnce - sending)) send(upload);
}

function send(upload) {
  upload.state = "sending";
  draw(upload);
  const request = new XMLHttpRequest();
  upload.request = request;
  request.open("POST", "/api/v1/files");
  request.responseType = "json";
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("X-File-Name", encodeURIComponent(upload.file.name));
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable && event.total) step(upload, Math.floor((event.loaded * 100) / event.total));
  });
  request.addEventListener("load", () => {
    const answer = request.response || {};
    if (request.status === 201) arrived(upload, answer);
    else fail(upload, answer.detail || answer.title || words().broken);
  });
  request.addEventListener("error", () => fail(upload, words().broken));
  request.addEventListener("timeout", () => fail(upload, words().broken));
  request.send(upload.file);
}

function fail(upload, said) {
  Object.assign(upload, { state: "failed", said, request: null });
  draw(upload);
  settled();
}

/* The file is stored: its id stands in the form, as if the server had drawn it. */
function arrived(upload, answer) {
  upload.request = null;
  const field = fieldOf(upload);
  if (!field) return forget(upload);
  const id = element("input", { type: "hidden", name: upload.name, value: answer.id });
  const link = element("a", { href: `/files/${answer.id}`, target: "_blank", rel: "noopener" }, icon("file"), element("span", { class: "name" }, upload.file.name));
  const row = element("li", { "data-file": answer.id }, id, link);
  const remove = press(`${words().remove} ${upload.file.name}`, icon("x"));
  remove.dataset.takeOut = "";
  row.append(remove);
  upload.row.remove();
  Object.assign(upload, { state: "arrived", row, id: answer.id, tellings: 0 });
  put(upload, field);
  // The answer of the server is asked for once, when all files of the field have arrived.
  if (!held && !of(field).some(onTheWay)) tell(field);
  settled();
}

/* In the order they were chosen, whichever arrives first. */
function put(upload, field) {
  let list = field.querySelector(".chosen:not(.pending)");
  if (!list) {
    list = element("ul", { class: "chosen" });
    field.prepend(list);
  }
  const { row, number } = upload;
  row.number = number;
  row.querySelector("input").name = upload.name;
  list.insertBefore(row, [...list.children].find((other) => other.number > number) || null);
  dress(field);
}

/* An answer to a question from before the file arrived takes it away again; it is put back and told once more. */
function keep(upload, field) {
  const row = field && field.querySelector(`[data-file="${upload.id}"]`);
  if (!field || upload.tellings > 1 || (row && row.querySelector("[name=_drop]"))) {
    uploads = uploads.filter((other) => other !== upload);
  } else if (!row) {
    upload.tellings += 1;
    put(upload, field);
    // Once this answer is done with.
    setTimeout(() => tell(field));
  }
}

function drop(row) {
  const field = row.closest("[data-upload]");
  uploads = uploads.filter((upload) => upload.state !== "arrived" || String(upload.id) !== row.dataset.file);
  row.remove();
  dress(field);
  tell(field);
}

/* Where the server is not asked, the field closes itself when it is full. */
function dress(field) {
  const taking = field.querySelector("signature-pad, .file-take");
  if (taking) taking.hidden = field.querySelectorAll("[data-file]").length >= Number(field.dataset.most);
}

function tell(field) {
  (field.querySelector("[data-file] input") || field).dispatchEvent(new Event("change", { bubbles: true }));
}

function settled() {
  sendNext();
  if (!held || uploads.some(onTheWay)) return;
  const { form, button } = held;
  held = null;
  if (form.isConnected && (!button || button.isConnected)) form.requestSubmit(button);
}

/* A form waits for its files. One that failed is tried again or removed, so that none is missing unnoticed. */
function hold(event) {
  const form = event.target;
  const own = uploads.filter((upload) => form.contains(fieldOf(upload)));
  const failed = own.find((upload) => upload.state === "failed");
  if (!failed && !own.some(onTheWay)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (failed) {
    failed.retry.focus();
    return;
  }
  held = { form, button: event.submitter };
  for (const upload of own.filter(onTheWay)) {
    if (!upload.row.querySelector(".held")) upload.row.append(element("small", { class: "held", role: "status" }, words().held));
  }
}

/* Lines are moved by the server; the files on their way move with them. */
function move(event) {
  const what = event.target.elements && event.target.elements._act;
  const value = what && (what.value || (what.length && what[0].value));
  const [, does, lines, place] = /^(insert|copy|up|down|remove):([^.]+)\.(\d+)/.exec(value || "") || [];
  if (!does) return;
  const at = Number(place);
  const to = {
    insert: (row) => (row >= at ? row + 1 : row),
    copy: (row) => (row > at ? row + 1 : row),
    up: (row) => (row === at ? at - 1 : row === at - 1 ? at : row),
    down: (row) => (row === at ? at + 1 : row === at + 1 ? at : row),
    remove: (row) => (row === at ? -1 : row > at ? row - 1 : row),
  }[does];
  for (const upload of [...uploads]) {
    const [table, row, field] = upload.name.split(".");
    if (table !== lines || !field) continue;
    const now = to(Number(row));
    if (now < 0) forget(upload);
    else upload.name = `${table}.${now}.${field}`;
  }
}

/* The field that takes what is dropped at a place. */
function fieldAt(target) {
  const near = target.closest && target.closest("[data-upload], .field, td");
  const field = near && (near.matches("[data-upload]") ? near : near.querySelector("[data-upload]"));
  return field && field.querySelector(".file-take") && !field.querySelector(".file-take[hidden], signature-pad[hidden]") ? field : null;
}

function mark(field) {
  for (const other of document.querySelectorAll("[data-upload].over")) if (other !== field) other.classList.remove("over");
  if (field) field.classList.add("over");
}

const withFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files") && document.querySelector("[data-upload]");

export function startUploads() {
  if (!window.CSS || !CSS.escape || !HTMLFormElement.prototype.requestSubmit) return;
  document.addEventListener(
    "change",
    (event) => {
      const field = event.target.type === "file" && event.target.closest("[data-upload]");
      if (!field) return;
      event.stopImmediatePropagation();
      const files = [...event.target.files];
      event.target.value = "";
      take(field, files);
    },
    true,
  );
  document.addEventListener("dragover", (event) => {
    if (!withFiles(event)) return;
    // A file that misses the field does not take the page away.
    event.preventDefault();
    const field = fieldAt(event.target);
    event.dataTransfer.dropEffect = field ? "copy" : "none";
    mark(field);
  });
  document.addEventListener("dragleave", (event) => !event.relatedTarget && mark(null));
  document.addEventListener("drop", (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    mark(null);
    const field = fieldAt(event.target);
    if (field) take(field, [...event.dataTransfer.files]);
  });
  // Taking a file out is a change of the form where the form is live, and a page of its own elsewhere.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-upload] [name=_drop], [data-upload] [data-take-out]");
    if (!button || !button.form || !(button.form.hasAttribute("hx-post") || button.type === "button")) return;
    event.preventDefault();
    const id = `f-${button.closest("[data-upload]").dataset.upload.replace(/\./g, "-")}`;
    drop(button.closest("li"));
    document.addEventListener("htmx:after:swap", () => document.getElementById(id) && document.getElementById(id).focus(), { once: true });
  });
  document.addEventListener("act", move, true);
  document.addEventListener("htmx:after:swap", () => [...uploads].forEach(place));
  window.addEventListener("submit", hold, true);
  window.addEventListener("beforeunload", (event) => {
    if (!uploads.some(onTheWay)) return;
    event.preventDefault();
    event.returnValue = words().waiting;
  });
}
