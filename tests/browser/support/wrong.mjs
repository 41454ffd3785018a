// What a reader would mind about a page.

import { readFile } from "node:fs/promises";

const axe = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const messageKeys = await keysOfMessages();

/** Everything a reader would mind, in words. */
export async function wrongWith(person, window, viewport) {
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
  const bundle = await readFile(new URL("../../../templates/locales/en.ftl", import.meta.url), "utf8");
  const keys = [...bundle.matchAll(/^([a-z][a-z0-9-]*-[a-z0-9-]*) =/gm)].map((match) => match[1]);
  return new Set(keys.filter((key) => !["sign-in", "sign-out"].includes(key)));
}
