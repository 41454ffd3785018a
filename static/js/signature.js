// A signature by hand. The strokes are drawn on a canvas and put as a picture into the file input inside, which is used as it
// is by whoever has a picture already, or no pointer. An unfinished signature goes with the form when it is sent.

const wide = 900;
const high = 300;
const paper = "#ffffff";
const ink = "#16202e";

const button = (word, press, look = "") => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `btn sm ${look}`.trim();
  made.textContent = word;
  made.disabled = true;
  made.addEventListener("click", press);
  return made;
};

class SignaturePad extends HTMLElement {
  connectedCallback() {
    if (this.canvas) return;
    this.strokes = [];
    this.canvas = document.createElement("canvas");
    this.canvas.width = wide;
    this.canvas.height = high;
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", `${this.dataset.label}: ${this.dataset.pad}`);
    this.here = document.createElement("span");
    this.here.className = "here";
    this.here.setAttribute("aria-hidden", "true");
    this.here.textContent = this.dataset.here;
    const sheet = document.createElement("div");
    sheet.className = "signature-sheet";
    sheet.append(this.canvas, this.here);
    this.buttons = [
      button(this.dataset.undo, () => this.shorten(this.strokes.length - 1)),
      button(this.dataset.clear, () => this.shorten(0)),
      button(this.dataset.done, () => this.finish(), "primary"),
    ];
    const bar = document.createElement("div");
    bar.className = "signature-bar";
    bar.append(...this.buttons);
    this.prepend(sheet, bar);
    this.draw();
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end());
  }

  get signed() {
    return this.strokes.length > 0;
  }

  /* Where a pointer is on the paper, however large the paper is on the screen. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * wide) / box.width, ((event.clientY - box.top) * high) / box.height];
  }

  begin(event) {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.stroke = [this.at(event)];
    this.strokes.push(this.stroke);
    this.draw();
  }

  go(event) {
    if (!this.stroke || !event.isPrimary) return;
    const between = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const one of between.length ? between : [event]) this.stroke.push(this.at(one));
    this.draw();
  }

  end() {
    if (!this.stroke) return;
    this.stroke = null;
    // What watches over unsaved work hears of it; the server is not asked before the signature is finished.
    this.dispatchEvent(new Event("input", { bubbles: true }));
  }

  shorten(length) {
    this.strokes.length = Math.max(0, length);
    this.draw();
    if (!this.signed) this.querySelector("input[type=file]").focus();
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    pen.fillStyle = paper;
    pen.fillRect(0, 0, wide, high);
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 7;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of this.strokes) {
      const [[x, y]] = stroke;
      pen.beginPath();
      if (stroke.length === 1) {
        pen.arc(x, y, 5, 0, 2 * Math.PI);
        pen.fill();
        continue;
      }
      pen.moveTo(x, y);
      // Through the middles between the points, so that fast strokes are round.
      for (let index = 1; index < stroke.length - 1; index += 1) {
        const [[x1, y1], [x2, y2]] = [stroke[index], stroke[index + 1]];
        pen.quadraticCurveTo(x1, y1, (x1 + x2) / 2, (y1 + y2) / 2);
      }
      pen.lineTo(...stroke[stroke.length - 1]);
      pen.stroke();
    }
    this.here.hidden = this.signed;
    for (const one of this.buttons) one.disabled = !this.signed;
  }

  /* Puts the picture into the file input; gives the input. */
  fill() {
    const bytes = atob(this.canvas.toDataURL("image/png").split(",")[1]);
    const content = Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
    const carrier = new DataTransfer();
    carrier.items.add(new File([content], `${this.dataset.label}.png`, { type: "image/png" }));
    const input = this.querySelector("input[type=file]");
    input.files = carrier.files;
    return input;
  }

  /* The picture is in the input; the paper is free again. */
  leave() {
    const input = this.fill();
    this.strokes = [];
    this.draw();
    return input;
  }

  finish() {
    const input = this.leave();
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function startSignatures() {
  if (!window.customElements || !window.PointerEvent || !window.DataTransfer) return;
  customElements.define("signature-pad", SignaturePad);
  // The server moves lines, and with them what is in their inputs.
  document.addEventListener(
    "act",
    (event) => {
      for (const pad of event.target.querySelectorAll("[data-sheet] signature-pad")) if (pad.signed) pad.leave();
    },
    true,
  );
  window.addEventListener(
    "submit",
    (event) => {
      for (const pad of event.target.querySelectorAll("signature-pad")) if (pad.signed) pad.fill();
    },
    true,
  );
}
