// Every main page × both languages × light and dark × phone and desktop: silent, no wider than the screen, accessible.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { desktop, launch, open, phone, picture } from "./support/browser.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { languages } from "./support/words.mjs";
import { wrongWith } from "./support/wrong.mjs";

const workbook = fileURLToPath(new URL("../support/repair_shop.xlsx", import.meta.url));

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
  ["grid-by-month", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound?group=-month(biz_date)")],
  ["board", "manager_zhao", (person) => person.page.goto("/apps/wms/item?kind=kanban&by=status&columns=name,code,category,std_cost")],
  ["board-move", "manager_zhao", moveFirst],
  ["calendar", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound?view=inbound_calendar")],
  ["calendar-week", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound?view=inbound_calendar&span=week")],
  ["calendar-days", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound?view=inbound_calendar&span=days")],
  ["gallery", "manager_zhao", (person) => person.page.goto("/apps/wms/item?view=item_gallery")],
  ["drawer", "manager_zhao", openDrawer],
  ["new-form", "keeper_li", (person) => person.page.goto("/apps/wms/inbound/new")],
  ["record", "manager_zhao", openFirst("/apps/wms/inbound", /WH-RK/)],
  ["trash", "manager_zhao", (person) => person.page.goto("/apps/wms/inbound/trash")],
  ["print", "manager_zhao", printFirst],
  ["stock", "manager_zhao", openStock],
  ["report", "manager_zhao", (person) => person.page.goto("/apps/wms/reports/stock_in_out")],
  ["report-pivot", "manager_zhao", (person) => person.page.goto("/apps/wms/reports/inbound_by_supplier")],
  ["dashboard", "manager_zhao", (person) => person.page.goto("/apps/wms/dashboards/today")],
  ["build", "admin", (person) => person.page.goto("/build/wms")],
  ["build-new", "admin", (person) => person.page.goto("/build/new")],
  ["build-excel", "admin", (person) => person.page.goto("/build/new/excel")],
  ["build-excel-adjust", "admin", sendWorkbook],
  ["build-excel-add", "admin", (person) => person.page.goto("/build/wms/from-excel")],
  ["build-table", "admin", (person) => person.page.goto("/build/wms/tables/inbound")],
  ["build-field", "admin", (person) => person.page.goto("/build/wms/tables/inbound?field=kind")],
  ["build-field-remove", "admin", (person) => person.page.goto("/build/wms/tables/item?field=code&ask=remove")],
  ["build-form", "admin", (person) => person.page.goto("/build/wms/forms/inbound")],
  ["build-form-field", "admin", (person) => person.page.goto("/build/wms/forms/inbound?at=/layout/0/items/1")],
  ["build-form-lines", "admin", (person) => person.page.goto("/build/wms/forms/inbound?at=/layout/1/items/0")],
  ["build-preview", "admin", (person) => person.page.goto("/build/wms/forms/inbound/preview")],
  ["build-flow", "admin", (person) => person.page.goto("/build/wms/flows/inbound")],
  ["build-flow-step", "admin", (person) => person.page.goto("/build/wms/flows/inbound?at=/nodes/0")],
  ["build-flow-tried", "admin", (person) => person.page.goto("/build/wms/flows/inbound?at=/nodes/1/arms/0&starter=1&v.amount=90000")],
  ["build-role", "admin", (person) => person.page.goto("/build/wms/roles/keeper")],
  ["build-role-table", "admin", (person) => person.page.goto("/build/wms/roles/keeper?at=/grants/0")],
  ["build-view", "admin", (person) => person.page.goto("/build/wms/views/low_stock")],
  ["build-view-column", "admin", (person) => person.page.goto("/build/wms/views/stock?at=/columns/0")],
  ["build-report", "admin", (person) => person.page.goto("/build/wms/reports/inbound_by_supplier?at=/columns/3")],
  ["build-dashboard", "admin", (person) => person.page.goto("/build/wms/dashboards/today?at=/cards/0")],
  ["build-automation", "admin", (person) => person.page.goto("/build/wms/automations/low_stock")],
  ["build-automation-step", "admin", (person) => person.page.goto("/build/wms/automations/low_stock?at=/steps/0")],
  ["build-print", "admin", (person) => person.page.goto("/build/wms/prints/inbound_a4?at=/blocks/1")],
  ["build-ledger", "admin", (person) => person.page.goto("/build/wms/ledgers/stock?at=/checks/0")],
  ["build-menu", "admin", (person) => person.page.goto("/build/wms/menu?at=/menu/0")],
  ["build-settings", "admin", (person) => person.page.goto("/build/wms/settings?at=/settings/low_stock")],
  ["build-document", "admin", (person) => person.page.goto("/build/wms/table/item")],
  ["removed-fields", "admin", (person) => person.page.goto("/build/wms/removed-fields")],
  ["automations", "admin", (person) => person.page.goto("/build/wms/automations")],
  ["automation-runs", "admin", (person) => person.page.goto("/build/wms/automations/low_stock/runs")],
  ["publish", "admin", (person) => person.page.goto("/build/wms/publish")],
  ["share", "admin", (person) => person.page.goto("/build/wms/share")],
  ["templates", "admin", (person) => person.page.goto("/templates")],
  ["template", "admin", (person) => person.page.goto("/templates/wms")],
  ["template-import", "admin", (person) => person.page.goto("/templates/import")],
  ["import", "manager_zhao", (person) => person.page.goto("/apps/wms/item/import")],
  ["import-check", "manager_zhao", checkImport],
  ["messages", "keeper_li", (person) => person.page.goto("/messages")],
  ["me", "keeper_li", (person) => person.page.goto("/me")],
  ["not-found", "keeper_li", (person) => person.page.goto("/apps/no-such-app")],
];

for (const [short, words] of Object.entries(languages)) {
  for (const theme of ["light", "dark"]) {
    describe(`pages in ${words.language}, ${theme}`, () => {
      const signedIn = new Map([[null, undefined]]);

      before(async () => {
        for (const login of ["manager_zhao", "keeper_li", "admin"]) {
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
    // Where there is room, a press shows the record beside its list; here its own page is wanted.
    const href = await person.main.getByRole("link", { name }).first().getAttribute("href");
    await person.page.goto(href);
    await person.page.waitForURL((url) => url.pathname.startsWith(`${list}/`));
  };
}

/** The board with the form that moves its first card. */
async function moveFirst(person) {
  const first = await person.page.request.get("/api/v1/apps/wms/tables/item/records?limit=1");
  const [item] = (await first.json()).items;
  await person.page.goto(`/apps/wms/item?kind=kanban&by=status&move=${item.id}`);
}

/** A record beside its list; on a phone its page. */
async function openDrawer(person) {
  await person.page.goto("/apps/wms/inbound");
  await person.main.getByRole("link", { name: /WH-RK/ }).first().click();
  await person.page.locator("main.record-page h1, [data-drawer-body] h2").first().waitFor();
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

/** Sends a spreadsheet with a bad cell and waits until it is named. */
async function checkImport(person) {
  const rows = "编码,名称,单位,标准成本,状态\nT-1,样品一,个,12.50,在用\nT-2,样品二,没有这个单位,很贵,在用\n";
  await person.page.goto("/apps/wms/item/import");
  await person.page.locator("#file").setInputFiles({ name: "items.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await person.main.locator("form[enctype] button").click();
  await person.main.locator("button[value=check]").click();
  await person.main.locator("td.odd").first().waitFor();
}

/** Sends the workbook of a repair shop, and stays where it is decided what becomes of it. */
async function sendWorkbook(person) {
  await person.page.goto("/build/new/excel");
  await person.page.locator("input[type=file]").setInputFiles(workbook);
  await person.main.locator("button[type=submit]").click();
  await person.page.locator("#adjust").waitFor();
}
