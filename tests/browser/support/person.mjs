// Somebody with a phone: what they press and read on each page, by the words that stand there.

import assert from "node:assert/strict";
import { until } from "./until.mjs";

export class Person {
  /** `words` is one of `languages`; pages are read in that language. */
  constructor(page, words) {
    this.page = page;
    this.words = words;
  }

  get main() {
    return this.page.getByRole("main");
  }

  /** Signs in by typing, then sees to it that the pages speak the person's language. */
  async signIn(login, password) {
    const { page, words } = this;
    await page.goto("/login");
    await this.speakBeforeSignIn();
    await labelled(page, words.account).fill(login);
    await labelled(page, words.password).fill(password);
    await page.getByRole("button", { name: words.signIn, exact: true }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await until("the sign-in page is left", () => !new URL(page.url()).pathname.startsWith("/login"));
    await this.speak();
  }

  /** Before signing in the other language is one link away. */
  async speakBeforeSignIn() {
    if ((await this.language()) === this.words.locale) return;
    await this.page.getByRole("link", { name: this.words.language, exact: true }).click();
    await until("the page changes its language", async () => (await this.language()) === this.words.locale);
  }

  /** Afterwards it is chosen on one's own page. */
  async speak() {
    if ((await this.language()) === this.words.locale) return;
    await this.page.goto("/me");
    await this.main.getByRole("button", { name: this.words.language, exact: true }).click();
    await until("the pages change their language", async () => (await this.language()) === this.words.locale);
  }

  async language() {
    return this.page.locator("html").getAttribute("lang");
  }

  /** Light or dark, chosen on one's own page. */
  async wear(theme) {
    await this.page.goto("/me");
    await this.main.getByRole("button", { name: this.words.theme[theme], exact: true }).click();
    await this.page.locator(`html[data-theme=${theme}]`).waitFor();
  }

  /** Goes to one of the places in the bottom menu, whose names may carry a count. */
  async goTo(place) {
    const menu = this.page.getByRole("navigation", { name: this.words.bottomMenu });
    await menu.getByRole("link", { name: new RegExp(`^${place}( \\d+\\+?)?$`) }).click();
    await this.heading();
  }

  async heading() {
    const heading = this.page.getByRole("heading", { level: 1 });
    await heading.waitFor();
    return heading.innerText();
  }

  async signOut() {
    await this.goTo(this.words.me);
    await this.main.getByRole("button", { name: this.words.signOut, exact: true }).click();
    await this.page.getByRole("button", { name: this.words.signIn, exact: true }).waitFor();
  }

  /** Opens an entry of the app's menu. */
  async openInApp(entry) {
    await this.goTo(this.words.apps);
    await this.main.getByRole("heading", { name: this.words.app, exact: true }).getByRole("link").click();
    await this.main.getByRole("link", { name: entry, exact: true }).click();
    await this.main.getByRole("table").waitFor();
  }

  /** What the stock list says is there, in the item's unit. */
  async stockOf(code, warehouse) {
    await this.openInApp(this.words.stock);
    for (;;) {
      const row = this.main.getByRole("row").filter({ hasText: code }).filter({ hasText: warehouse });
      if (await row.count()) {
        const text = await row.first().locator(`[data-l="${this.words.onHand}"]`).innerText();
        return numberIn(text);
      }
      const next = this.main.locator("a[rel=next]");
      assert.equal(await next.count(), 1, `the stock list knows ${code} in ${warehouse}`);
      await Promise.all([this.page.waitForEvent("load"), next.click()]);
    }
  }

  /** Opens the form of a new document. */
  async startNew(entry, button) {
    await this.openInApp(entry);
    await this.main.getByRole("link", { name: button, exact: true }).click();
    await this.main.getByRole("button", { name: this.words.submit, exact: true }).waitFor();
  }

  /** Chooses one of a few, shown as buttons or as a list. */
  async pick(field, option) {
    const group = this.main.getByRole("group", { name: field, exact: true });
    if (await group.count()) {
      await this.answered(() => group.getByRole("radio", { name: option, exact: true }).check());
    } else {
      await this.answered(() => labelled(this.main, field).selectOption({ label: option }));
    }
  }

  /** On a phone a line is a card that opens to be filled in. */
  async openLine(box) {
    const card = box.locator("xpath=ancestor::tbody[1]");
    const edit = card.locator("[data-edit-line]");
    if (!(await edit.count()) || !(await edit.isVisible())) return;
    if (((await card.getAttribute("class")) ?? "").split(" ").includes("editing")) return;
    await this.closeLine();
    await edit.click();
    await this.main.locator("tbody.editing").waitFor();
  }

  async closeLine() {
    const open = this.main.locator("tbody.editing [data-edit-line]");
    if (!(await open.count())) return;
    await open.click();
    await until("the line is closed", async () => (await open.count()) === 0);
  }

  /** Types into the box of a link and takes the option that is offered; `line` counts from 0. */
  async choose(field, typed, option, line = 0) {
    const box = this.main.getByRole("combobox", { name: field, exact: true }).nth(line);
    await this.openLine(box);
    await box.click();
    await box.pressSequentially(typed, { delay: 15 });
    const offered = this.main.getByRole("option").filter({ hasText: option });
    await offered.first().waitFor();
    await this.answered(() => offered.first().click());
    await until(`${field} shows ${option}`, async () => (await box.inputValue()).includes(option));
  }

  /** Types a number into a column of a line and goes on to the next field. */
  async enter(field, value, line = 0) {
    const box = this.main.getByRole("textbox", { name: field, exact: true }).nth(line);
    await this.openLine(box);
    await box.fill(value);
    await this.answered(() => box.press("Tab"));
    assert.equal(await box.inputValue(), value, `${field} of line ${line + 1} keeps what was typed`);
  }

  async addLine() {
    await this.closeLine();
    const items = this.main.getByRole("combobox", { name: this.words.item, exact: true });
    const before = await items.count();
    await this.main.getByRole("button", { name: this.words.addLine, exact: true }).click();
    await until("a line is added", async () => (await items.count()) === before + 1);
  }

  async lineCount() {
    return this.main.getByRole("combobox", { name: this.words.item, exact: true }).count();
  }

  /** Submits the form and gives the number the document received. */
  async submit(series) {
    await this.closeLine();
    await this.main.getByRole("button", { name: this.words.submit, exact: true }).click();
    const number = new RegExp(`${series}-\\d{8}-\\d{4}`);
    const toast = this.page.getByRole("status").filter({ hasText: this.words.submitted });
    await toast.waitFor();
    return number.exec(await toast.innerText())?.[0] ?? assert.fail(`the answer names the number: ${await toast.innerText()}`);
  }

  /** Opens the task about a document from the to-do list. */
  async openTask(number) {
    await this.goTo(this.words.todo);
    await this.main.getByRole("listitem").filter({ hasText: number }).getByRole("link").first().click();
    await this.main.getByRole("button", { name: this.words.approve, exact: true }).waitFor();
  }

  /** Runs what changes the form, and waits until the server's answer stands in the page. */
  async answered(act) {
    await this.page.evaluate(() => {
      window.formAnswered = false;
      const done = () => (window.formAnswered = true);
      document.addEventListener("htmx:after:swap", done, { once: true });
    });
    await act();
    await until("the form is answered", () => this.page.evaluate(() => window.formAnswered));
  }
}

/** The control with this label, which may carry the star of what is required. */
export function labelled(place, label) {
  return place.getByLabel(new RegExp(`^${label}\\s*\\*?$`));
}

/** The first number in a text, whatever separates its thousands. */
export function numberIn(text) {
  const found = /-?\d[\d,  ]*(\.\d+)?/.exec(text);
  assert.ok(found, `a number stands in “${text}”`);
  return Number(found[0].replace(/[,  ]/g, ""));
}
