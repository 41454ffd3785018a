// Takes things from one place to another: by mouse after a few pixels, by finger after a moment's rest. A press alone stays a press.

const far = 6;
const rest = 320;

/** `what` and `where` are selectors; `drop(thing, place)` is told where a thing was let go. */
export function startCarry({ what, where, drop }) {
  let held = null;
  let ghost = null;
  let over = null;
  let from = null;
  let timer = 0;
  let scrolling = 0;

  const move = (x, y) => {
    ghost.style.left = `${x - from.dx}px`;
    ghost.style.top = `${y - from.dy}px`;
    const place = document.elementFromPoint(x, y)?.closest(where) || null;
    if (place !== over) {
      over?.classList.remove("over");
      over = place;
      over?.classList.add("over");
    }
    const box = held.closest("[data-board]");
    if (!box) return;
    const edge = box.getBoundingClientRect();
    scrolling = x < edge.left + 48 ? -12 : x > edge.right - 48 ? 12 : 0;
  };
  const glide = () => {
    if (!ghost) return;
    if (scrolling) held.closest("[data-board]").scrollLeft += scrolling;
    requestAnimationFrame(glide);
  };
  const lift = (x, y) => {
    const at = held.getBoundingClientRect();
    from = { ...from, dx: from.x - at.left, dy: from.y - at.top };
    ghost = held.cloneNode(true);
    ghost.removeAttribute("data-id");
    ghost.classList.add("ghost");
    ghost.style.width = `${at.width}px`;
    ghost.setAttribute("aria-hidden", "true");
    document.body.append(ghost);
    held.classList.add("held");
    document.documentElement.classList.add("dragging");
    move(x, y);
    requestAnimationFrame(glide);
  };
  const end = (taken) => {
    clearTimeout(timer);
    const [thing, place, carried] = [held, over, ghost];
    if (carried) {
      carried.remove();
      thing.classList.remove("held");
      over?.classList.remove("over");
      document.documentElement.classList.remove("dragging");
      // The press that ends a journey opens nothing.
      const still = (event) => event.preventDefault();
      window.addEventListener("click", still, { capture: true, once: true });
      setTimeout(() => window.removeEventListener("click", still, { capture: true }), 50);
    }
    held = ghost = over = from = null;
    scrolling = 0;
    if (carried && taken && place) drop(thing, place);
  };

  document.addEventListener("pointerdown", (event) => {
    const thing = event.target.closest(what);
    if (!thing || held || event.button || event.target.closest("button, input, select, [data-move-open]")) return;
    held = thing;
    from = { x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") timer = setTimeout(() => held && !ghost && lift(from.x, from.y), rest);
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const gone = Math.hypot(event.clientX - from.x, event.clientY - from.y);
    if (!ghost && gone < far) return;
    if (!ghost && event.pointerType !== "mouse") end(false);
    else if (!ghost) lift(event.clientX, event.clientY);
    else move(event.clientX, event.clientY);
  });
  document.addEventListener("pointerup", () => held && end(true));
  document.addEventListener("pointercancel", () => held && end(false));
  document.addEventListener("touchmove", (event) => ghost && event.preventDefault(), { passive: false });
  document.addEventListener("contextmenu", (event) => ghost && event.preventDefault());
  document.addEventListener("dragstart", (event) => event.target.closest?.(what) && event.preventDefault());
  document.addEventListener("keydown", (event) => event.key === "Escape" && ghost && end(false));
}
