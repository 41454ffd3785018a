// The grid in a browser: changing cells, pasting a range, setting many rows, undoing, grouping, saving a view.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, open } from "./support/browser.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";

let demo, browser, window, page;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  window = await open(browser, demo.url, { viewport: desktop, locale: "zh-CN" });
  page = window.page;
  const person = new Person(page, Object.values(languages).find((words) => words.locale === "zh-CN"));
  await person.signIn("manager_zhao", demo.passwordOf("manager_zhao"));
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const list = "/apps/wms/item?columns=code,name,spec,std_cost&sort=code";
const cell = (row, field) => page.locator("#grid tbody tr[data-id]").nth(row).locator(`td[data-f="${field}"]`);
const text = (row, field) => cell(row, field).innerText();
const shows = (row, field, wanted) => until(`${field} of row ${row} is ${wanted}`, async () => (await text(row, field)).trim() === wanted);

test("a cell is changed where it stands and changed back", async () => {
  await page.goto(list);
  const old = (await text(1, "spec")).trim();
  await cell(1, "spec").click();
  await page.keyboard.press("Enter");
  await page.locator("#grid .cell-control input").waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("新规格");
  await page.keyboard.press("Enter");
  await shows(1, "spec", "新规格");
  await page.keyboard.press("Control+z");
  await shows(1, "spec", old);
  await page.keyboard.press("Control+y");
  await shows(1, "spec", "新规格");
  await page.keyboard.press("Control+z");
  await shows(1, "spec", old);
});

test("what does not fit stays in its cell with the reason", async () => {
  await page.goto(list);
  await cell(0, "std_cost").click();
  await page.keyboard.press("Enter");
  const box = page.locator("#grid .cell-control input");
  await box.waitFor();
  await box.fill("many");
  await box.press("Enter");
  await page.locator("#grid .cell-error").waitFor();
  assert.equal(await box.inputValue(), "many");
  await box.press("Escape");
  // The refusal is what was wanted; nothing else may complain.
  const refusals = window.complaints.filter((complaint) => / answered 422$/.test(complaint));
  for (const refusal of refusals) window.complaints.splice(window.complaints.indexOf(refusal), 1);
});

test("a range is pasted as a whole", async () => {
  await page.goto(list);
  await cell(0, "spec").click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "甲\t11\n乙\t12.5");
    document.querySelector("#grid td.at").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await page.locator("#confirm [value=yes]").click();
  await shows(0, "spec", "甲");
  await shows(1, "std_cost", "12.5");
  await page.locator("#grid [data-undo]").click();
  await until("the paste is undone", async () => (await text(0, "spec")).trim() !== "甲");
});

test("many rows are set at once", async () => {
  await page.goto(list);
  for (const row of [0, 1, 2]) await page.locator("#grid [data-pick]").nth(row).check();
  await page.locator("[data-bulk-field]").selectOption("spec");
  await page.locator("[data-bulk-value] input").fill("同样");
  await page.locator("[data-bulk-apply]").click();
  for (const row of [0, 1, 2]) await shows(row, "spec", "同样");
  await page.locator("#grid [data-undo]").click();
  await until("the rows are as they were", async () => (await text(0, "spec")).trim() !== "同样");
});

test("groups fold, and what is on screen becomes a view", async () => {
  await page.goto("/apps/wms/item?columns=code,name&group=category");
  const folds = page.locator("#grid [data-fold]");
  assert.ok((await folds.count()) >= 4);
  const seen = () => page.locator("#grid tbody tr[data-id]:not([hidden])").count();
  const all = await seen();
  await folds.first().click();
  await until("the group is folded", async () => (await seen()) < all);
  await page.locator(".view-menu > summary").click();
  await page.locator("#view-title").fill("按分类");
  await page.locator("#view-title").press("Enter");
  await page.getByRole("navigation", { name: "视图" }).getByRole("link", { name: "按分类" }).waitFor();
  assert.ok((await folds.count()) >= 4);
  assert.deepEqual(window.complaints, []);
});
