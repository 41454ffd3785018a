// The first run: an empty data directory, one page, and the company works.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, picture } from "./support/browser.mjs";
import { Person, labelled } from "./support/person.mjs";
import { startEmpty } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";

const password = "granite-ladder-47";

async function fillIn(person, { company, name, login, again = password, secret = password }) {
  const { page, words } = person;
  await labelled(page, words.setup.company).fill(company);
  await labelled(page, words.setup.name).fill(name);
  await labelled(page, words.account).fill(login);
  await labelled(page, words.password).fill(secret);
  await labelled(page, words.passwordAgain).fill(again);
}

async function arrive(window, words) {
  const person = new Person(window.page, words);
  await window.page.goto("/");
  await until("the first visit leads to the set-up", () => new URL(window.page.url()).pathname === "/setup");
  await person.speakBeforeSignIn();
  assert.equal(await person.heading(), words.setup.title);
  return person;
}

describe("set-up with the warehouse template and its sample data, in 中文", () => {
  const words = languages.zh;
  let program, browser, window;
  before(async () => {
    program = await startEmpty();
    browser = await launch();
    window = await open(browser, program.url, { locale: "en" });
  });
  after(async () => {
    await browser?.close();
    await program?.stop();
  });

  test("what is wrong is said at its place, and what was typed stays", async () => {
    const person = await arrive(window, words);
    await fillIn(person, { company: "青砖制造", name: "林夏", login: "linxia", secret: "short", again: "short" });
    await person.page.getByRole("button", { name: words.setup.go }).click();
    await person.page.getByText(words.setup.tooWeak).first().waitFor();
    await fillIn(person, { company: "青砖制造", name: "林夏", login: "linxia", again: "granite-ladder-48" });
    await person.page.getByRole("button", { name: words.setup.go }).click();
    await person.page.getByText(words.setup.differ).first().waitFor();
    await picture(person.page, "setup-zh-wrong");
    assert.equal(await labelled(person.page, words.setup.company).inputValue(), "青砖制造");
    assert.equal(await labelled(person.page, words.setup.name).inputValue(), "林夏");
  });

  test("the page leads to the company's home, with stock to look at", async () => {
    const person = await arrive(window, words);
    await fillIn(person, { company: "青砖制造", name: "林夏", login: "linxia" });
    await person.page.getByRole("radio", { name: words.setup.template }).check();
    await person.page.getByLabel(words.setup.demo).check();
    await picture(person.page, "setup-zh-filled");
    await person.page.getByRole("button", { name: words.setup.go }).click();
    await person.page.getByRole("heading", { name: words.greeting }).waitFor({ timeout: 60_000 });
    await picture(person.page, "setup-zh-home");
    await person.openInApp(words.items);
    await person.main.getByText("HW-0021").first().waitFor();
    await picture(person.page, "setup-zh-items");
  });

  test("the account that was made signs in again", async () => {
    const person = new Person(window.page, words);
    await person.signOut();
    await person.page.getByText("青砖制造").first().waitFor();
    await person.signIn("linxia", password);
    assert.match(await person.heading(), words.greeting);
  });

  test("it can be done only once", async () => {
    await window.page.goto("/setup");
    await window.page.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await window.page.getByRole("button", { name: words.setup.go }).count(), 0);
  });

  test("no page complained", () => assert.deepEqual(window.complaints, []));
});

describe("set-up from nothing, in English", () => {
  const words = languages.en;
  let program, browser, window;
  before(async () => {
    program = await startEmpty();
    browser = await launch();
    window = await open(browser, program.url, { locale: "zh-CN" });
  });
  after(async () => {
    await browser?.close();
    await program?.stop();
  });

  test("the page leads to an empty home that says what is next", async () => {
    const person = await arrive(window, words);
    await fillIn(person, { company: "Brick & Son", name: "Ann Lee", login: "ann" });
    await person.page.getByRole("radio", { name: words.setup.empty }).check();
    await picture(person.page, "setup-en-filled");
    await person.page.getByRole("button", { name: words.setup.go }).click();
    await person.page.getByRole("heading", { name: words.greeting }).waitFor({ timeout: 60_000 });
    await picture(person.page, "setup-en-home");
    await person.goTo(words.apps);
    await person.page.getByText(words.setup.noApps).waitFor();
  });

  test("no page complained", () => assert.deepEqual(window.complaints, []));
});
