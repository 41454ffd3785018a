// Every main page × both languages × light and dark × phone and desktop: silent, no wider than the screen, accessible.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { desktop, launch, open, phone, picture } from "./support/browser.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { languages } from "./support/words.mjs";

const axe = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const messageKeys = await keysOfMessages();

let demo, browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Name, who looks at it, how to get there. */
const pages = [
  ["sign-in", null, (person) => person.page.goto("/login").then(() => person.speakBeforeSignIn())],
  ["home", "manager_zhao", (person) => person.page.goto("/")],
  ["to-do", "manager_zhao", (person) => person.page.goto("/todo")],
  ["task", "manager_zhao", openFirst("/todo", /WH-(RK|CK)/)],
  ["apps", "manager_zhao", (person) => person.page.goto("/apps")],
  ["grid", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound")],
  ["new-form", "keeper_li", (person) => person.page.goto("/apps/wms/inbound/new")],
  ["record", "manager_zhao", openFirst("/apps/wms/inbound", /WH-RK/)],
  ["print", "manager_zhao", printFirst],
  ["stock", "manager_zhao", openStock],
  ["report", "manager_zhao", (person) => person.page.goto("/apps/wms/reports/stock_in_out")],
  ["report-pivot", "manager_zhao", (person) => person.page.goto("/apps/wms/reports/inbound_by_supplier")],
  ["dashboard", "manager_zhao", (person) => person.page.goto("/apps/wms/dashboards/today")],
  ["messages", "keeper_li", (person) => person.page.goto("/messages")],
  ["me", "keeper_li", (person) => person.page.goto("/me")],
  ["not-found", "keeper_li", (person) => person.page.goto("/apps/no-such-app")],
];

for (const [short, words] of Object.entries(languages)) {
  for (const theme of ["light", "dark"]) {
    describe(`pages in ${words.language}, ${theme}`, () => {
      const signedIn = new Map([[null, undefined]]);

      before(async () => {
        for (const login of ["manager_zhao", "keeper_li"]) {
          const { context, page } = await open(browser, demo.url);
          const person = new Person(page, words);
          await person.signIn(login, demo.passwordOf(login));
          await person.wear(theme);
          signedIn.set(login, await context.storageState());
          await context.close();
        }
      });

      for (const viewport of [phone, desktop]) {
        for (const [name, login, visit] of pages) {
          test(`${name} at ${viewport.width}`, async () => {
            const window = await open(browser, demo.url, {
              viewport,
              locale: words.locale,
              colorScheme: theme,
              storageState: signedIn.get(login),
            });
            try {
              const person = new Person(window.page, words);
              await visit(person);
              await window.page.evaluate(() => document.fonts.ready);
              await picture(window.page, `${name}-${short}-${theme}-${viewport.width}`);
              assert.deepEqual(await wrongWith(person, window, viewport), []);
            } finally {
              await window.context.close();
            }
          });
        }
      }
    });
  }
}

/** Follows the first link in a list that is named so. */
function openFirst(list, name) {
  return async (person) => {
    await person.page.goto(list);
    await person.main.getByRole("link", { name }).first().click();
    await person.page.waitForURL((url) => url.pathname.startsWith(`${list}/`));
  };
}

async function printFirst(person) {
  await openFirst("/apps/wms/inbound", /WH-RK/)(person);
  const { pathname } = new URL(person.page.url());
  await person.page.goto(`${pathname}/print`);
}

async function openStock(person) {
  await person.page.goto("/apps/wms");
  await person.main.getByRole("link", { name: person.words.stock, exact: true }).click();
  await person.main.getByRole("table").waitFor();
}

/** Everything a reader would mind, in words. */
async function wrongWith(person, window, viewport) {
  const { page, words } = person;
  const wrong = [...window.complaints];
  if ((await person.language()) !== words.locale) wrong.push(`the page is in ${await person.language()}`);
  const headings = await page.getByRole("heading", { level: 1 }).count();
  if (headings !== 1) wrong.push(`${headings} headings of the first level`);
  const { width, widest } = await page.evaluate(() => {
    const root = document.documentElement;
    const beyond = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > root.clientWidth + 1);
    return { width: root.scrollWidth, widest: beyond.slice(0, 3).map((it) => it.outerHTML.slice(0, 120)) };
  });
  if (width > viewport.width) wrong.push(`${width} pixels wide on a screen of ${viewport.width}: ${widest.join(" ")}`);
  const text = await page.evaluate(() => document.body.innerText);
  const raw = new Set((text.match(/\b[a-z]+(?:-[a-z0-9]+)+\b/g) ?? []).filter((word) => messageKeys.has(word)));
  if (raw.size) wrong.push(`keys of messages instead of words: ${[...raw].join(", ")}`);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => window.axe.run(document));
  if (passes.length < 10) wrong.push(`axe looked at ${passes.length} rules only`);
  for (const found of violations) {
    const places = found.nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.html.slice(0, 80)})`);
    wrong.push(`axe ${found.id}, ${found.impact}, ${found.nodes.length}×: ${found.help}: ${places.join("; ")}`);
  }
  return wrong;
}

/** The keys of our own messages that are no words of a page. */
async function keysOfMessages() {
  const bundle = await readFile(new URL("../../templates/locales/en.ftl", import.meta.url), "utf8");
  const keys = [...bundle.matchAll(/^([a-z][a-z0-9-]*-[a-z0-9-]*) =/gm)].map((match) => match[1]);
  return new Set(keys.filter((key) => !["sign-in", "sign-out"].includes(key)));
}
