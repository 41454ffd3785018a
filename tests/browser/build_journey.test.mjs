// A person who writes no code builds an app for inspecting devices, beginning at the sign-in: tables, a condition, an approval, a role with a
// data range, a view and a chart, all by pressing and choosing. Another person submits, a third approves, and the app works the same
// in another company. Then the same from a spreadsheet as it lies in a drawer.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { desktop, launch, open, picture } from "./support/browser.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";

const words = languages.zh;
const workbook = fileURLToPath(new URL("../support/repair_shop.xlsx", import.meta.url));

/** Steps of which each stands on the one before. */
function steps() {
  let broken = false;
  return (title, act) =>
    test(title, async () => {
      assert.ok(!broken, "not reached, since an earlier step failed");
      try {
        await act();
      } catch (error) {
        broken = true;
        throw error;
      }
    });
}

/** Somebody at a desk in a company, signed in. */
async function at(browser, company, login) {
  const window = await open(browser, company.url, { viewport: desktop, locale: "zh-CN" });
  const person = new Person(window.page, words);
  await person.signIn(login, company.passwordOf(login));
  return { ...window, person };
}

/** Designing in a window: what is pressed and chosen, and that it was saved. */
class Builder {
  constructor(page) {
    this.page = page;
  }

  get home() {
    return this.page.url().match(/\/build\/[a-z0-9_]+/)[0];
  }

  /** The page is enhanced, and nothing is on its way. */
  async ready() {
    await this.page.locator("html.js").waitFor({ state: "attached" });
    await this.page.locator(".build-bar:not([aria-busy])").waitFor();
  }

  /** Does something that saves, and waits until the draft has it. */
  async saved(act) {
    const answer = this.page.waitForResponse((answer) => answer.request().method() === "POST" && answer.url().includes("/build/"));
    await act();
    await answer;
    await until("the page shows what was saved", () => this.page.locator(".build-bar:not([aria-busy])").count());
    await this.page.waitForLoadState("networkidle");
    await this.ready();
  }

  async table(title) {
    await this.page.getByRole("textbox", { name: "新建表" }).fill(title);
    await this.page.getByRole("button", { name: "新建表" }).click();
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
    await this.ready();
  }

  async field(kind, title) {
    await this.saved(() => this.page.locator("[data-palette]").getByRole("button", { name: kind, exact: true }).click());
    await this.title(title);
  }

  async title(title) {
    const box = this.page.getByRole("textbox", { name: "标题", exact: true });
    if ((await box.inputValue()) === title) return;
    await this.saved(async () => {
      await box.fill(title);
      await box.press("Tab");
    });
  }

  /** A new document: 流程, 角色, 报表. */
  async begin(kind, title, table) {
    await this.page.goto(this.home);
    await this.page.locator("#new-path").selectOption({ label: kind });
    if (table) await this.page.locator("#new-of").selectOption({ label: table });
    await this.page.locator("#new-title").fill(title);
    await this.page.locator("section[aria-labelledby=h-more]").getByRole("button", { name: "新建" }).click();
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
    await this.ready();
  }

  /** Puts a step into a flow behind a card. */
  async put(behind, kind) {
    await this.page.getByLabel(`在“${behind}”后添加`, { exact: true }).click();
    await this.saved(() => this.page.locator(".splice[open]").getByRole("button", { name: kind, exact: true }).click());
  }

  /** A flow in which a sum above a limit needs an approval, and others none. */
  async flow(title, table, field, operator, value) {
    await this.begin("流程", title, table);
    await this.put("发起", "条件分支");
    // What the flow began with would ask for an approval in any case.
    const always = this.page.locator(".bench .tree").first().locator(":scope > li > .step-box > a.step.approve");
    if (await always.count()) {
      await always.click();
      const remove = this.page.locator(".step-box:has(> a.step.approve.on) .tools button[value=remove]");
      await remove.waitFor();
      await this.ready();
      await this.saved(() => remove.click());
      await until("it is gone", async () => (await always.count()) === 0);
    }
    await this.page.locator(".tree a.step.when").first().click();
    await this.page.locator("aside fieldset.condition-rows").waitFor();
    await this.ready();
    const rows = this.page.locator("aside fieldset.condition-rows").first();
    await this.saved(() => rows.locator("select.new").selectOption({ label: field }));
    const row = rows.locator(".condition-row").first();
    await row.waitFor();
    if (operator) await this.saved(() => row.locator("select").nth(1).selectOption({ label: operator }));
    const select = row.locator("select").nth(2);
    if (await select.count()) {
      await this.saved(() => select.selectOption({ label: value }));
    } else {
      await this.saved(async () => {
        await row.locator("input.input").fill(value);
        await row.locator("input.input").press("Tab");
      });
    }
    await this.put("条件 1", "审批");
    await this.page.locator(".tree a.step.approve").getByText("直接上级").waitFor();
  }

  /** A role: what it may do where, and that it sees its own records of a table alone. */
  async role(title, boxes, own) {
    await this.begin("角色", title);
    for (const name of boxes) {
      const box = this.page.getByRole("checkbox", { name, exact: true });
      if (!(await box.isChecked())) await this.saved(() => box.check());
    }
    await this.page.locator(".matrix tr", { hasText: own }).locator("a.chip").first().click();
    const range = this.page.locator("aside fieldset.condition-rows select").first();
    await range.waitFor();
    await this.ready();
    await this.saved(() => range.selectOption({ label: "本人的" }));
    await this.page.locator(".matrix tr", { hasText: own }).getByText("本人的").waitFor();
  }

  /** A view of some records. */
  async view(title, table, field, value) {
    await this.page.goto(this.home);
    await this.page.locator("details", { hasText: "给已有的表添加表单或视图" }).locator("summary").click();
    await this.page.locator("#of-table").selectOption({ label: table });
    await this.page.locator("#new-document").fill(title);
    await this.page.locator("button[value=add_view]").click();
    await this.page.getByRole("heading", { level: 1, name: title }).waitFor();
    await this.ready();
    const rows = this.page.locator("aside fieldset.condition-rows").first();
    await this.saved(() => rows.locator("select.new").selectOption({ label: field }));
    await rows.locator(".condition-row").first().waitFor();
    const select = rows.locator(".condition-row").first().locator("select").nth(2);
    if (value && (await select.count())) await this.saved(() => select.selectOption({ label: value }));
  }

  /** A chart of how many records there are by a field. */
  async chart(title, table, by) {
    await this.begin("报表", title, table);
    await this.page.locator(".thing-list a").first().click();
    await this.page.locator("#s-group").waitFor();
    await this.ready();
    await this.saved(() => this.page.locator("#s-group").selectOption({ label: by }));
    await this.saved(() => this.page.locator(".adders").getByRole("button", { name: "统计值" }).click());
    await this.page.locator("aside .panel-head a").click();
    await this.page.locator("#s-chart-kind").waitFor({ state: "attached" });
    await this.ready();
    await this.page.locator("details.group", { hasText: "图表类型" }).locator("summary").click();
    await this.saved(() => this.page.getByLabel("数值 1").selectOption({ index: 1 }));
  }

  async publish() {
    await this.page.getByRole("link", { name: "检查并发布" }).click();
    await this.page.getByRole("button", { name: /^发布/ }).click();
    await this.page.getByText("没有要发布的改动").first().waitFor();
  }

  /** Lets people into a role of the published app. */
  async letIn(role, ...names) {
    await this.page.goto(this.home);
    for (const name of names) {
      const row = this.page.locator(".role-row").filter({ has: this.page.getByRole("heading", { name: role, exact: true }) });
      await row.locator("select").selectOption({ label: name });
      await row.getByRole("button", { name: "加入" }).click();
      await row.getByRole("button", { name }).waitFor();
    }
  }
}

/** Somebody submits a record and their superior approves it; a colleague in the same role does not see it. */
async function works(browser, company, { app, table, name, fill }) {
  const keeper = await at(browser, company, "keeper_li");
  await keeper.page.goto(`/apps/${app}/${table}/new`);
  await fill(keeper);
  await keeper.person.main.getByRole("button", { name: "提交", exact: true }).click();
  await keeper.page.getByRole("heading", { level: 1 }).filter({ hasText: name }).waitFor();
  await keeper.page.getByText("审批中", { exact: true }).first().waitFor();
  const record = new URL(keeper.page.url()).pathname;
  const manager = await at(browser, company, "manager_zhao");
  await manager.page.goto("/todo");
  await manager.person.main.getByRole("listitem").filter({ hasText: name }).getByRole("link").first().click();
  await manager.person.main.getByRole("button", { name: "同意", exact: true }).click();
  await manager.page.getByRole("status").filter({ hasText: "已同意" }).waitFor();
  await keeper.page.goto(record);
  await keeper.page.getByText("已通过", { exact: true }).first().waitFor();
  const colleague = await at(browser, company, "keeper_wanglei");
  await colleague.page.goto(`/apps/${app}/${table}`);
  await colleague.page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await colleague.page.getByText(name).count(), 0, "records of others are out of range");
  for (const window of [keeper, manager, colleague]) {
    assert.deepEqual(window.complaints, []);
    await window.context.close();
  }
}

/** The package of an app, as the page of its share gives it. */
async function exported(window, app, folder) {
  await window.page.goto(`/build/${app}/share`);
  const [download] = await Promise.all([
    window.page.waitForEvent("download"),
    window.page.locator("a[download]").first().click(),
  ]);
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  return file;
}

async function imported(window, file) {
  await window.page.goto("/templates/import");
  await window.page.locator("input[type=file]").setInputFiles(file);
  await window.person.main.locator("button[type=submit]").click();
  const go = window.page.getByRole("button", { name: "导入", exact: true });
  await go.waitFor();
  await go.click();
  await window.page.waitForURL(/notice=imported/);
}

let first, second, browser, folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "formwork-packages-"));
  [first, second] = await Promise.all([startDemo(), startDemo()]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await first?.stop();
  await second?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("an app for inspecting devices is built by pressing", () => {
  const step = steps();
  const app = "she_bei_dian_jian";
  let builder, admin;

  const fill = async ({ page, person }) => {
    await page.getByRole("textbox", { name: /^点检单号/ }).fill("DJ-101");
    await person.choose("设备", "空压", "空压机");
    await page.getByRole("textbox", { name: /^维修费用/ }).fill("500");
    await person.main.getByRole("button", { name: "加一行" }).first().click();
    await page.getByRole("textbox", { name: "名称", exact: true }).first().fill("排气压力");
    await page.getByRole("textbox", { name: "读数", exact: true }).first().fill("0.76");
  };
  const device = async ({ page, person }) => {
    await page.goto(`/apps/${app}/she_bei/new`);
    await page.getByRole("textbox", { name: /^名称/ }).fill("空压机");
    await person.main.getByRole("button", { name: "保存" }).click();
    await page.getByRole("heading", { level: 1, name: "空压机" }).waitFor();
  };

  step("tables with a link and lines", async () => {
    admin = await at(browser, first, "admin");
    builder = new Builder(admin.page);
    await admin.page.goto("/apps");
    await admin.page.getByRole("link", { name: "新建应用" }).click();
    await admin.page.getByLabel("应用名称").fill("设备点检");
    await admin.page.getByRole("button", { name: "创建应用" }).click();
    await builder.table("设备");
    await builder.field("单选", "状态");
    await admin.page.goto(builder.home);
    await builder.table("点检");
    await admin.page.locator("[data-field=ming_cheng]").getByRole("link").first().click();
    await builder.ready();
    await builder.title("点检单号");
    await builder.field("关联", "设备");
    await builder.field("日期", "点检日期");
    await builder.field("金额", "维修费用");
    await builder.field("明细", "点检项目");
    await builder.field("数字", "读数");
  });

  step("a condition and an approval", async () => {
    await builder.flow("点检审批", "点检", "维修费用", "大于", "100");
    await picture(admin.page, "build-journey-flow");
  });

  step("a role that sees its own, a view, a chart", async () => {
    await builder.role("点检员", ["点检 查看", "点检 新建", "点检 编辑", "点检 提交", "设备 查看"], "点检");
    await picture(admin.page, "build-journey-role");
    await builder.view("未通过的点检", "点检", "维修费用");
    await builder.chart("各设备点检", "点检", "设备");
    await picture(admin.page, "build-journey-chart");
  });

  step("it is published, and people are let in", async () => {
    await builder.publish();
    await builder.letIn("点检员", "李敏", "王磊");
    await device(admin);
    assert.deepEqual(admin.complaints, []);
  });

  step("somebody submits, somebody else approves, others do not see it", async () => {
    await works(browser, first, { app, table: "dian_jian", name: "DJ-101", fill });
    await admin.page.goto(`/apps/${app}/reports/ge_she_bei_dian_jian`);
    await admin.page.locator("main svg title", { hasText: "空压机" }).first().waitFor({ state: "attached" });
  });

  step("it works the same in another company", async () => {
    const file = await exported(admin, app, folder);
    const other = await at(browser, second, "admin");
    await imported(other, file);
    await other.page.goto(`/build/${app}`);
    await new Builder(other.page).letIn("点检员", "李敏", "王磊");
    await device(other);
    await works(browser, second, { app, table: "dian_jian", name: "DJ-101", fill });
    assert.deepEqual(other.complaints, []);
  });
});

describe("the same begins as a spreadsheet", () => {
  const step = steps();
  const app = "shun_da_ji_xiu";
  let builder, admin;

  const fill = async ({ page, person }) => {
    await page.getByRole("textbox", { name: /^点检单号/ }).fill("DJ-201");
    await person.choose("设备编号", "SB-0101", "SB-0101");
    await page.getByLabel(/^点检日期/).fill("2026-03-09");
    await person.main.getByRole("button", { name: "加一行" }).first().click();
    await page.getByRole("textbox", { name: "项目", exact: true }).first().fill("排气压力");
    await page.getByRole("textbox", { name: "读数", exact: true }).first().fill("0.71");
  };

  step("a workbook becomes an app with its rows", async () => {
    admin = await at(browser, first, "admin");
    builder = new Builder(admin.page);
    await admin.page.goto("/build/new");
    await admin.page.getByRole("link", { name: "从 Excel 创建" }).click();
    await admin.page.locator("input[type=file]").setInputFiles(workbook);
    await admin.page.getByRole("main").getByRole("button", { name: "上传" }).click();
    await admin.page.getByLabel("应用名称").fill("顺达机修");
    await admin.page.getByText("2 个单元格").first().waitFor();
    // What does not fit is kept as text.
    await admin.page.getByLabel("责任人 的类型").selectOption({ label: "文本" });
    await until("one cell is left", async () => (await admin.page.locator("main q").count()) === 1);
    await admin.page.getByLabel("读数 的类型").selectOption({ label: "文本" });
    await until("every cell fits", async () => (await admin.page.locator("main q").count()) === 0);
    await picture(admin.page, "build-journey-excel");
    await admin.page.getByRole("button", { name: "生成应用" }).click();
    await until("all rows are there", async () => {
      const text = await admin.page.getByRole("main").innerText();
      return text.includes("已导入 3 / 3 条") && text.split("已导入 4 / 4 条").length === 3;
    });
    await picture(admin.page, "build-journey-excel-made");
  });

  step("it is given a condition, an approval, a role, a view and a chart", async () => {
    await admin.page.getByRole("link", { name: "继续设计" }).click();
    await builder.flow("点检审批", "点检记录", "点检单号", "包含", "DJ-2");
    await builder.role("点检员", ["点检记录 查看", "点检记录 新建", "点检记录 编辑", "点检记录 提交", "设备台账 查看"], "点检记录");
    await builder.view("按日期的点检", "点检记录", "点检日期");
    await builder.chart("各设备点检", "点检记录", "设备编号");
    await builder.publish();
    await builder.letIn("点检员", "李敏", "王磊");
    assert.deepEqual(admin.complaints, []);
  });

  step("somebody submits, somebody else approves, others do not see it", async () => {
    await works(browser, first, { app, table: "dian_jian_ji_lu", name: "DJ-201", fill });
  });

  step("it works the same in another company, with its rows", async () => {
    await admin.page.goto(`/build/${app}/share`);
    const [download] = await Promise.all([
      admin.page.waitForEvent("download"),
      admin.page.locator("a[download]").last().click(),
    ]);
    const file = join(folder, download.suggestedFilename());
    await download.saveAs(file);
    const other = await at(browser, second, "admin");
    await imported(other, file);
    await other.page.goto(`/build/${app}`);
    await new Builder(other.page).letIn("点检员", "李敏", "王磊");
    const again = async (keeper) => {
      await fill(keeper);
      await keeper.page.getByRole("textbox", { name: /^点检单号/ }).fill("DJ-202");
    };
    await works(browser, second, { app, table: "dian_jian_ji_lu", name: "DJ-202", fill: again });
  });
});
