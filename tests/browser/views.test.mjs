// Boards, calendars, galleries and the drawer in a browser: carrying by mouse and finger, the menu by keyboard, more cards.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, open, phone } from "./support/browser.mjs";
import { api, importOrders } from "./support/orders.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";

const records = "/api/v1/apps/orders/tables/sale/records";
let demo, browser, window, page;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  window = await open(browser, demo.url, { viewport: desktop, locale: "zh-CN" });
  page = window.page;
  const person = new Person(page, Object.values(languages).find((words) => words.locale === "zh-CN"));
  await person.signIn("admin", demo.passwordOf("admin"));
  await importOrders(page);
  const row = (n) => ({ values: { title: `订单 ${n}`, kind: "normal", customer: { key: "宁波海天" }, day: "2026-03-04", due: "2026-03-05", lines: [{ item: { key: "HW-0001" }, qty: "1" }] } });
  await api(page, "POST", `${records}/batch`, { create: Array.from({ length: 25 }, (_, n) => row(n + 1)) });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const board = "/apps/orders/sale?view=sale_board&sort=id";
const column = (value) => page.locator(`[data-column='${JSON.stringify(value)}']`);
const count = (value) => column(value).locator(".board-head .count").innerText();
const counts = (value, wanted) => until(`${value} holds ${wanted}`, async () => (await count(value)) === String(wanted));
const kind = async (title) => {
  const filter = encodeURIComponent(JSON.stringify({ field: "title", op: "eq", value: title }));
  return (await api(page, "GET", `${records}?filter=${filter}`)).items[0].values.kind;
};

async function carry(from, to) {
  const [a, b] = [await from.boundingBox(), await to.boundingBox()];
  await page.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
  await page.mouse.down();
  await page.mouse.move(a.x + a.width / 2 + 20, a.y + a.height / 2 + 10, { steps: 3 });
  await page.mouse.move(b.x + b.width / 2, b.y + 60, { steps: 8 });
  await page.mouse.up();
}

test("a card is carried to another column and brought back", async () => {
  await page.goto(board);
  await counts("normal", 25);
  const card = column("normal").locator(".tile").first();
  const title = (await card.locator(".tile-title").innerText()).trim();
  await carry(card, column("urgent"));
  await counts("urgent", 1);
  await counts("normal", 24);
  assert.equal(await kind(title), "urgent");
  assert.equal(new URL(page.url()).pathname, "/apps/orders/sale", "a carried card opens nothing");
  await page.locator(".toast button").click();
  await counts("normal", 25);
  assert.equal(await kind(title), "normal");
});

test("a card is sent from its menu by the keyboard", async () => {
  await page.goto(board);
  const link = column("normal").locator(".tile [data-move-open]").nth(1);
  await link.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "样品" }).waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await link.evaluate((node) => node === document.activeElement), "Escape goes back to the card");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "样品" }).focus();
  await page.keyboard.press("Enter");
  await counts("sample", 1);
});

test("a column goes on where it ends", async () => {
  await page.goto(board);
  const cards = column("normal").locator(".tile");
  const before = await cards.count();
  await column("normal").locator("[data-board-more]").click();
  await until("there are more cards", async () => (await cards.count()) > before);
});

test("what somebody else has changed is said, and the card stays", async () => {
  await page.goto(board);
  const card = column("normal").locator(".tile").nth(2);
  const id = await card.getAttribute("data-id");
  await api(page, "PATCH", `${records}/${id}`, { values: { phone: "13800000000" } });
  await carry(card, column("urgent"));
  await page.locator(".toast.bad-toast").waitFor();
  assert.equal(await column("normal").locator(`[data-id="${id}"]`).count(), 1);
  for (const refusal of window.complaints.filter((complaint) => / answered 412$/.test(complaint))) window.complaints.splice(window.complaints.indexOf(refusal), 1);
});

test("a bar is carried to another day with its length", async () => {
  const made = await api(page, "POST", records, { values: { title: "挪动的单", kind: "urgent", customer: { key: "宁波海天" }, day: "2026-11-10", due: "2026-11-12", lines: [{ item: { key: "HW-0001" }, qty: "1" }] } });
  await page.goto("/apps/orders/sale?view=sale_calendar&on=2026-11-10");
  const bar = page.locator(".entry.begins", { hasText: "挪动的单" });
  await carry(bar, page.locator("td[data-date='2026-11-17']"));
  await until("it starts a week later", async () => (await api(page, "GET", `${records}/${made.id}`)).values.day === "2026-11-17");
  assert.equal((await api(page, "GET", `${records}/${made.id}`)).values.due, "2026-11-19");
  await page.locator("td[data-date='2026-11-17'] .entry", { hasText: "挪动的单" }).waitFor();
  await page.locator(".toast button").click();
  await page.locator("td[data-date='2026-11-10'] .entry", { hasText: "挪动的单" }).waitFor();
});

test("a press on a day or at a column's foot begins a record there", async () => {
  await page.goto("/apps/orders/sale?view=sale_calendar&on=2026-11-10");
  await page.locator("td[data-date='2026-11-24'] .day-new").click({ position: { x: 60, y: 100 } });
  await page.waitForURL((url) => url.pathname.endsWith("/sale/new"));
  assert.equal(await page.locator("[name=day]").first().inputValue(), "2026-11-24");
  await page.goto(board);
  await column("urgent").locator(".board-new").click();
  await page.waitForURL((url) => url.pathname.endsWith("/sale/new"));
  assert.equal(await page.evaluate(() => new FormData(document.querySelector("form [name=kind]").form).get("kind")), "urgent");
});

test("a record opens beside its list, the next one by an arrow, and closes by Escape", async () => {
  await page.goto("/apps/orders/sale?view=all&columns=title,kind&sort=id");
  const first = page.locator("#grid tbody tr[data-id] a[data-record]").first();
  const name = (await first.innerText()).trim();
  await first.click();
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("heading", { level: 2, name }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/apps/orders/sale");
  await page.keyboard.press("ArrowDown");
  const second = (await page.locator("#grid tbody tr[data-id] a[data-record]").nth(1).innerText()).trim();
  await drawer.getByRole("heading", { level: 2, name: second }).waitFor();
  await page.keyboard.press("Escape");
  await until("the drawer is gone", async () => (await drawer.count()) === 0);
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), second, "the reader is back at the row");
});

test("on a phone a card is lifted by a rest of the finger, and a record opens as a page", async () => {
  const small = await open(browser, demo.url, { viewport: phone, hasTouch: true, isMobile: true, storageState: await window.context.storageState() });
  try {
    const mobile = small.page;
    await mobile.goto("/apps/orders/sale?view=sale_board&sort=-id");
    const wide = await mobile.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= phone.width, `the page is ${wide} wide`);
    const card = mobile.locator(`[data-column='"normal"'] .tile`).first();
    const id = await card.getAttribute("data-id");
    const box = await card.boundingBox();
    const touch = await small.context.newCDPSession(mobile);
    const at = (x, y) => [{ x, y }];
    const [x, y] = [box.x + box.width / 2, box.y + 14];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(x, y) });
    await mobile.locator(".tile.ghost").waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(x + 40, y + 30) });
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(378, y + 60) });
    await until("another column is below the finger", async () => (await mobile.locator(".board-column.over").count()) === 1 && (await mobile.locator(".board-column.over").getAttribute("data-column")) !== '"normal"');
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await until("it is in another column", async () => (await api(mobile, "GET", `${records}/${id}`)).values.kind !== "normal");
    await mobile.goto("/apps/orders/sale?view=sale_board&sort=-id");
    await mobile.locator(".tile-title").first().tap();
    await mobile.waitForURL((url) => /\/sale\/\d+$/.test(url.pathname));
    assert.deepEqual(small.complaints, []);
  } finally {
    await small.context.close();
  }
});

test("a new view of each kind is made and kept", async () => {
  for (const [kindOf, name, mark] of [["kanban", "我的看板", "[data-board]"], ["calendar", "我的日历", "[data-calendar]"]]) {
    await page.goto("/apps/orders/sale?view=all");
    await page.locator(".view-menu > summary").click();
    await page.locator("#view-title").fill(name);
    await page.locator("#view-kind").selectOption(kindOf);
    await page.locator("#view-title").press("Enter");
    await page.locator(mark).waitFor();
    await page.getByRole("navigation", { name: "视图" }).getByRole("link", { name }).waitFor();
  }
  assert.deepEqual(window.complaints, []);
});
