// An app is built by pressing and dragging, and no key is typed: a table, its fields, its form; undone, redone, published, filled in.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, open, phone } from "./support/browser.mjs";
import { api } from "./support/orders.mjs";
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
  await person.signIn("admin", demo.passwordOf("admin"));
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const app = "she_bei_dian_jian";
const draft = (document) => api(page, "GET", `/api/v1/apps/${app}/draft/${document}`).then((answer) => answer.document);
const fields = async () => Object.values((await draft("table/she_bei")).properties).map((field) => field.title);
const is = async (what, wanted, read) => until(what, async () => JSON.stringify(await read()) === JSON.stringify(wanted));
const palette = (name) => page.locator("[data-palette]").getByRole("button", { name, exact: true });

/** Opens a designer and waits until its scripts are there: a press before would be a plain form post, and a new page. */
async function design(path) {
  await page.goto(`/build/${app}/${path}`);
  await page.locator("html.js").waitFor({ state: "attached" });
}

/** What was saved shows on the page a moment later. */
const shown = () => page.locator(".build-bar:not([aria-busy])").waitFor();

async function drag(from, to) {
  await shown();
  await from.scrollIntoViewIfNeeded();
  await from.dragTo(to);
}

test("a table is made of pressed fields", async () => {
  await page.goto("/apps");
  await page.getByRole("link", { name: "新建应用" }).click();
  await page.getByLabel("应用名称").fill("设备点检");
  await page.getByRole("button", { name: "创建应用" }).click();
  await page.getByRole("textbox", { name: "新建表" }).fill("设备");
  await page.getByRole("button", { name: "新建表" }).click();
  await page.getByRole("heading", { level: 1, name: "设备" }).waitFor();
  await palette("单选").click();
  await page.getByRole("textbox", { name: "标题", exact: true }).waitFor();
  await is("the choice is there", ["名称", "单选"], fields);
  await shown();
  const title = page.getByRole("textbox", { name: "标题", exact: true });
  await title.fill("状态");
  await title.press("Tab");
  await is("what is typed is saved", ["名称", "状态"], fields);
  await shown();
  const option = page.getByRole("textbox", { name: "选项 1" });
  await option.fill("在用");
  await option.press("Tab");
  await is("the option is called so", "在用", async () => (await draft("table/she_bei")).properties.zhuang_tai["x-field"].options[0].title);
  await palette("日期").click();
  await is("a date stands at the end", ["名称", "状态", "日期"], fields);
});

test("steps are undone and redone, also after the page was opened anew", async () => {
  await page.getByRole("button", { name: "撤销" }).click();
  await is("the date is gone", ["名称", "状态"], fields);
  await page.reload();
  await page.getByRole("button", { name: "重做" }).click();
  await is("the date is back", ["名称", "状态", "日期"], fields);
});

test("fields are dragged to where they go", async () => {
  await design("tables/she_bei?field=ri_qi");
  await drag(page.locator("[data-grip]"), page.locator("[data-field=ming_cheng]"));
  await is("the date is first", ["日期", "名称", "状态"], fields);
  await drag(palette("金额"), page.locator("[data-field=zhuang_tai]"));
  await is("an amount is before the state", ["日期", "名称", "金额", "状态"], fields);
});

const places = async () => {
  const form = await draft("form/she_bei");
  return form.layout.map((section) => section.items.map((item) => item.field ?? item.lines ?? item.text ?? "-").join(" "));
};

test("a form is laid out by dragging and by buttons", async () => {
  await design("forms/she_bei");
  await page.getByRole("button", { name: "添加分组" }).click();
  await until("there are two sections", async () => (await places()).length === 2);
  const [first] = await places();
  await drag(palette("说明文字"), page.locator("[data-insert='/layout/1/items/0']"));
  await is("the text stands in the second section", [first, "说明文字"], places);
  await shown();
  await page.locator("[data-at='/layout/0/items/0'] a.name").click();
  await shown();
  const key = first.split(" ")[0];
  await page.locator("[data-canvas]").getByRole("button", { name: "下移" }).click();
  await until("the first has moved down", async () => (await places())[0].split(" ")[1] === key);
  await page.goto(`/build/${app}/forms/she_bei?mode=phone`);
  const preview = page.frameLocator("iframe.preview");
  await preview.getByText("说明文字").waitFor();
  await preview.getByText("在用").first().waitFor({ state: "attached" });
});

test("what was built is published and filled in", async () => {
  await page.getByRole("link", { name: "检查并发布" }).click();
  await page.getByRole("button", { name: /^发布/ }).click();
  await page.getByText("没有要发布的改动").first().waitFor();
  await page.goto(`/apps/${app}/she_bei/new`);
  await page.getByRole("textbox", { name: "名称" }).fill("车床");
  await page.getByRole("main").getByRole("button", { name: "保存" }).click();
  await page.getByRole("heading", { level: 1, name: "车床" }).waitFor();
  assert.deepEqual(window.complaints, []);
});

const begin = async (kind, title) => {
  await page.goto(`/build/${app}`);
  await page.locator("#new-path").selectOption({ label: kind });
  await page.locator("#new-title").fill(title);
  await page.locator("section[aria-labelledby=h-more]").getByRole("button", { name: "新建" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
  await page.locator("html.js").waitFor({ state: "attached" });
};

test("a flow grows by what is put between its cards, and is tried before it is published", async () => {
  await begin("流程", "点检审批");
  const nodes = async () => (await draft("flow/dian_jian_shen_pi")).nodes.map((node) => `${node.type} ${node.title}`);
  const had = await nodes();
  assert.deepEqual(had, ["approve undefined"], "a flow begins with an approval");
  const put = async (kind) => {
    await page.locator(".tree .splice > summary").last().click();
    await page.locator(".splice[open]").getByRole("button", { name: kind, exact: true }).click();
  };
  await put("审批");
  await is("an approval is there", [...had, "approve 审批"], nodes);
  await shown();
  const card = page.locator(".tree a.step.approve").last();
  await card.getByText("直接上级").waitFor();
  const title = page.getByRole("textbox", { name: "节点名称" });
  await title.fill("班长审批");
  await title.press("Tab");
  await is("what is typed is saved", [...had, "approve 班长审批"], nodes);
  await shown();
  await put("抄送");
  await is("a copy is behind it", [...had, "approve 班长审批", "cc 抄送"], nodes);
  await shown();
  await page.locator(".tree .step-box .tools").getByRole("button", { name: "上移" }).click();
  await is("the copy has moved up", [...had, "cc 抄送", "approve 班长审批"], nodes);
  await shown();
  await page.getByRole("button", { name: "试算" }).click();
  await page.getByRole("heading", { name: "会这样走" }).waitFor();
  await page.locator("ol.trial").getByText("班长审批").waitFor();
});

test("boxes of a matrix say what a role may do", async () => {
  await begin("角色", "点检员");
  const role = () => draft("role/dian_jian_yuan").then((document) => document.grants.find((grant) => grant.table === "she_bei"));
  const box = (action) => page.getByRole("checkbox", { name: `设备 ${action}`, exact: true });
  for (const action of ["查看", "新建"]) {
    if (!(await box(action).isChecked())) await box(action).check();
    await shown();
    await until(`${action} is saved`, async () => (await role())?.actions.includes({ 查看: "view", 新建: "create" }[action]));
    await shown();
  }
  await page.locator(".matrix a.chip").first().click();
  await shown();
  await page.getByRole("radio", { name: "名称 只读" }).check();
  await until("the right is saved", async () => (await role()).fields?.ming_cheng === "read");
});

test("on a phone a designer is read", async () => {
  const small = await open(browser, demo.url, { viewport: phone, storageState: await window.context.storageState() });
  await small.page.goto(`/build/${app}/forms/she_bei`);
  await small.page.getByText("屏幕较窄，只能查看").waitFor();
  assert.equal(await small.page.locator("[data-palette]").isVisible(), false);
  await small.context.close();
});
