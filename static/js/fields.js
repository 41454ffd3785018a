// Elements around controls that work without them: formatted text, a tree of choices level by level, the position of the device.
// What is posted is always the control inside.

/* Tells the form that a control changed, as if it had been typed in. */
const changed = (control) => control.dispatchEvent(new Event("change", { bubbles: true }));

const button = (label, text, press) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn sm quiet";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.innerHTML = `<span aria-hidden="true"></span>`;
  made.firstChild.textContent = text;
  // The selection in the text stays where it is.
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", press);
  return made;
};

/* Only what the server keeps as well goes in by pasting. */
const kept = new Set(["P", "BR", "STRONG", "B", "EM", "I", "U", "S", "H2", "H3", "UL", "OL", "LI", "BLOCKQUOTE", "CODE", "PRE", "A", "HR"]);
const dropped = new Set(["SCRIPT", "STYLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "HEAD", "TITLE", "OBJECT", "SVG", "MATH"]);

function copyClean(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || dropped.has(node.tagName.toUpperCase())) continue;
    const name = node.tagName.toUpperCase();
    const own = kept.has(name) ? document.createElement(name) : name === "DIV" ? document.createElement("p") : null;
    if (own && name === "A" && /^(https?:|mailto:|tel:)/i.test(node.getAttribute("href") || "")) own.href = node.getAttribute("href");
    copyClean(node, own || to);
    if (own) to.append(own);
  }
}

function cleaned(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const box = document.createElement("div");
  copyClean(page.body, box);
  return box;
}

class RichText extends HTMLElement {
  connectedCallback() {
    const source = this.querySelector("textarea");
    if (!source || this.querySelector(".rich-edit")) return;
    const text = document.createElement("div");
    text.className = "textarea rich rich-edit";
    text.contentEditable = "true";
    text.setAttribute("role", "textbox");
    text.setAttribute("aria-multiline", "true");
    text.setAttribute("aria-label", this.dataset.label);
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (source.hasAttribute(name)) text.setAttribute(name, source.getAttribute(name));
    }
    const start = source.value.trim();
    if (start.startsWith("<")) text.append(...cleaned(start).childNodes);
    else text.innerText = start;
    const keep = () => {
      source.value = text.textContent.trim() || text.querySelector("hr") ? text.innerHTML : "";
      source.defaultValue = source.value;
    };
    let written = source.value;
    text.addEventListener("input", keep);
    text.addEventListener("blur", () => {
      if (source.value === written) return;
      written = source.value;
      changed(source);
    });
    text.addEventListener("paste", (event) => {
      const data = event.clipboardData;
      if (!data) return;
      event.preventDefault();
      const html = data.getData("text/html");
      if (html) document.execCommand("insertHTML", false, cleaned(html).innerHTML);
      else document.execCommand("insertText", false, data.getData("text/plain"));
    });
    const does = (command, value) => () => {
      text.focus();
      document.execCommand(command, false, value);
      keep();
    };
    const word = this.dataset;
    const bar = document.createElement("div");
    bar.className = "rich-bar";
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", word.label);
    bar.append(
      button(word.bold, "B", does("bold")),
      button(word.italic, "I", does("italic")),
      button(word.heading, "H", () => does("formatBlock", inHeading() ? "p" : "h3")()),
      button(word.list, "•", does("insertUnorderedList")),
      button(word.numbers, "1.", does("insertOrderedList")),
      button(word.link, "URL", () => {
        const address = window.prompt(word.address, "https://");
        if (address && /^(https?:|mailto:|tel:)/i.test(address)) does("createLink", address)();
      }),
      button(word.clear, "✕", does("removeFormat")),
    );
    const inHeading = () => {
      const at = window.getSelection().anchorNode;
      const element = at && (at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement);
      return Boolean(element && element.closest("h2, h3"));
    };
    document.execCommand("defaultParagraphSeparator", false, "p");
    // A label and a link from an error lead to the control inside, which hands on.
    source.classList.add("sr");
    source.tabIndex = -1;
    source.required = false;
    source.setAttribute("aria-hidden", "true");
    source.addEventListener("focus", () => text.focus());
    this.prepend(bar, text);
  }
}

/* One list for each level; the control inside keeps the whole way. */
class CascadeSelect extends HTMLElement {
  connectedCallback() {
    this.refresh();
    this.addEventListener("change", (event) => {
      const list = event.target.closest("[data-level]");
      if (!list) return;
      // The form hears of the control inside, not of the lists that stand for it.
      event.stopPropagation();
      const level = Number(list.dataset.level);
      const lists = [...this.querySelectorAll("[data-level]")];
      const above = level > 0 ? lists[level - 1].value : "";
      this.control.value = list.value || above;
      this.refresh(level);
      changed(this.control);
    });
  }

  get control() {
    return this.querySelector("select[name]");
  }

  refresh(focus) {
    const control = this.control;
    if (!control) return;
    const paths = [...control.options].filter((option) => option.value);
    const chosen = control.value ? control.value.split("/") : [];
    const box = document.createElement("div");
    box.className = "cascade";
    for (let level = 0; ; level += 1) {
      const above = chosen.slice(0, level).join("/");
      const here = paths.filter((option) => {
        const parts = option.value.split("/");
        return parts.length === level + 1 && parts.slice(0, level).join("/") === above;
      });
      if (here.length === 0 || level > chosen.length) break;
      const list = document.createElement("select");
      list.className = "select";
      list.dataset.level = level;
      list.setAttribute("aria-label", `${this.dataset.label} ${level + 1}`);
      if (control.hasAttribute("aria-invalid")) list.setAttribute("aria-invalid", "true");
      list.append(new Option(this.dataset.blank, ""));
      for (const option of here) list.append(new Option(option.dataset.title, option.value));
      list.value = chosen.slice(0, level + 1).join("/");
      if (list.selectedIndex < 0) list.selectedIndex = 0;
      box.append(list);
    }
    const old = this.querySelector(".cascade");
    if (old) old.remove();
    if (!box.firstChild) return;
    control.hidden = true;
    this.append(box);
    if (focus !== undefined && box.children[focus]) box.children[focus].focus();
  }
}

class LocationField extends HTMLElement {
  connectedCallback() {
    this.refresh();
    this.addEventListener("click", (event) => {
      const press = event.target.closest("button");
      if (!press) return;
      const input = this.querySelector("input");
      const before = input.placeholder;
      const say = (text) => {
        input.placeholder = text;
        input.setAttribute("title", text);
      };
      press.disabled = true;
      say(this.dataset.waiting);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const label = input.value.replace(/^[-\d.]+\s*[,，]\s*[-\d.]+\s*/, "");
          input.value = `${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)} ${label}`.trim();
          press.disabled = false;
          input.placeholder = before;
          input.removeAttribute("title");
          changed(input);
        },
        (problem) => {
          press.disabled = false;
          say(problem.code === 1 ? this.dataset.denied : this.dataset.failed);
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
  }

  refresh() {
    const press = this.querySelector("button");
    if (press && navigator.geolocation && window.isSecureContext) press.hidden = false;
  }
}

export function startFields() {
  if (!window.customElements) return;
  customElements.define("rich-text", RichText);
  customElements.define("cascade-select", CascadeSelect);
  customElements.define("location-field", LocationField);
  /* An answer of the server takes away what it does not know of; it is put back, and the list that was in use with it. */
  let level;
  let inUse = null;
  document.addEventListener("htmx:before:swap", () => {
    const list = document.activeElement && document.activeElement.closest("[data-level]");
    inUse = list && list.closest("cascade-select").control.name;
    level = list ? Number(list.dataset.level) : undefined;
  });
  document.addEventListener("htmx:after:swap", () => {
    for (const field of document.querySelectorAll("cascade-select")) {
      field.refresh(field.control && field.control.name === inUse ? level : undefined);
    }
    for (const field of document.querySelectorAll("location-field")) field.refresh();
  });
}
