// The print preview: the button that opens the browser's dialog, and choices that show at once.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const form of document.querySelectorAll(".print-form")) {
  form.addEventListener("change", (event) => {
    // Another template brings its own paper and copies.
    if (event.target.name === "print") {
      for (const other of form.querySelectorAll("[name=paper], [name=copies]")) other.disabled = true;
    }
    form.requestSubmit();
  });
}
