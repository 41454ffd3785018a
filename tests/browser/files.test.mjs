// Files and signatures in a form, as somebody with a phone takes them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, launch, open, phone, picture } from "./support/browser.mjs";
import { api, importApp } from "./support/orders.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";
import { wrongWith } from "./support/wrong.mjs";

let demo, browser;
before(async () => {
  demo = await startDemo();
  browser = await launch();
  const { context, page } = await open(browser, demo.url);
  const administrator = new Person(page, languages.zh);
  await administrator.signIn("admin", demo.passwordOf("admin"));
  await importApp(page, "visits");
  const { context: other, page: theirs } = await open(browser, demo.url);
  await new Person(theirs, languages.zh).signIn("keeper_li", demo.passwordOf("keeper_li"));
  const user = await api(theirs, "GET", "/api/v1/me");
  await api(page, "PUT", "/api/v1/apps/visits/roles/visitor/members", { users: [user.id], departments: [], groups: [] });
  await context.close();
  await other.close();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const photo = (name) => ({ name, mimeType: "image/png", buffer: pixel });
const paper = (name, size = 12) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(size, "a") });

const said = {
  zh: {
    ...{ papers: "选择文件", place: "地点", pad: /^巡检人签名: 手写签名$/, undo: "撤销一笔", clear: "清除", done: "完成签名", save: "保存" },
    ...{ large: /超过 1 MB，没有加上/, type: /类型不对.*PDF/, many: /最多放 3 个/, retry: /重试/, broken: /上传中断/, addLine: "加一行" },
  },
  en: {
    ...{ papers: "Choose files", place: "Place", pad: /^Signature: Signature by hand$/, undo: "Undo stroke", clear: "Clear", done: "Finish signing", save: "Save" },
    ...{ large: /Larger than 1 MB/, type: /Not of a type.*PDF/, many: /At most 3 files/, retry: /Try again/, broken: /broke off/, addLine: "Add a line" },
  },
};

async function draw(page, pad, lines) {
  // Not behind the bar at the window's end.
  await pad.evaluate((it) => it.scrollIntoView({ block: "center" }));
  const box = await pad.boundingBox();
  for (const [from, to] of lines) {
    const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(from));
    await page.mouse.down();
    await page.mouse.move(...at(to), { steps: 8 });
    await page.mouse.up();
  }
}

for (const [short, theme, viewport] of [["zh", "light", phone], ["en", "dark", desktop], ["en", "light", phone], ["zh", "dark", desktop]]) {
  test(`files and a signature go into a form (${short}, ${theme}, ${viewport.width})`, async () => {
    const words = said[short];
    const window = await open(browser, demo.url, { viewport, hasTouch: viewport === phone, colorScheme: theme });
    const { page } = window;
    try {
      const person = new Person(page, languages[short]);
      await person.signIn("keeper_li", demo.passwordOf("keeper_li"));
      await person.wear(theme);
      await page.goto("/apps/visits/visit/new");
      await page.getByLabel(words.place).fill("A-1");
      const field = (name) => page.locator(`[data-upload="${name}"]`);
      const input = (name) => field(name).locator(".file-take > input[type=file]");
      const chosen = (name) => field(name).locator("[data-file]");

      // Wrong ones are told before they are sent; the right one is taken.
      await input("papers").setInputFiles([paper("long.txt", 2_000_000), photo("pixel.png"), paper("note.txt")]);
      await chosen("papers").getByText("note.txt").waitFor();
      assert.match(await field("papers").innerText(), words.large);
      assert.match(await field("papers").innerText(), words.type);

      // One that breaks off is tried again; until then the form waits for it.
      await page.route("**/api/v1/files", (route) => route.abort());
      await input("papers").setInputFiles([paper("again.txt")]);
      await field("papers").getByText(words.broken).waitFor();
      window.complaints.length = 0;
      await page.unroute("**/api/v1/files");
      await page.getByRole("button", { name: words.save }).last().click();
      assert.equal(await field("papers").getByRole("button", { name: words.retry }).evaluate((it) => it === document.activeElement), true);
      await picture(page, `files-failed-${short}-${theme}-${viewport.width}`);
      await page.keyboard.press("Enter");
      await until("both papers are taken", async () => (await chosen("papers").count()) === 2);

      // Several pictures at once, dropped; no more than fit.
      const dropped = await page.evaluateHandle((data) => {
        const carrier = new DataTransfer();
        const bytes = Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0));
        for (const name of ["1.png", "2.png", "3.png", "4.png"]) carrier.items.add(new File([bytes], name, { type: "image/png" }));
        return carrier;
      }, pixel.toString("base64"));
      await field("photos").dispatchEvent("drop", { dataTransfer: dropped });
      await until("three pictures are taken", async () => (await chosen("photos").count()) === 3);
      await field("photos").getByText(words.many).waitFor();
      await field("photos").locator("[data-file] img").nth(2).waitFor();
      assert.deepEqual(await chosen("photos").locator(".name").allTextContents(), ["1.png", "2.png", "3.png"]);
      await chosen("photos").first().getByRole("button").click();
      await until("one picture is removed", async () => (await chosen("photos").count()) === 2);

      // Inside lines.
      if (!(await input("lines.0.photo").count())) await page.getByRole("button", { name: words.addLine }).click();
      await input("lines.0.photo").setInputFiles([photo("line.png")]);
      await chosen("lines.0.photo").getByText("line.png").waitFor();

      // A signature: strokes are undone and cleared, and the rest of the form changes meanwhile.
      const pad = page.getByRole("img", { name: words.pad });
      const undo = field("signed").getByRole("button", { name: words.undo });
      await draw(page, pad, [[[0.1, 0.3], [0.5, 0.8]]]);
      await undo.click();
      assert.equal(await undo.isDisabled(), true);
      await draw(page, pad, [[[0.1, 0.5], [0.4, 0.2]], [[0.4, 0.2], [0.6, 0.8]], [[0.6, 0.8], [0.9, 0.3]]]);
      await page.getByLabel(words.place).fill("A-2");
      await page.getByLabel(words.place).blur();
      assert.equal(await undo.isEnabled(), true);
      await page.evaluate(() => document.activeElement.blur());
      await picture(page, `files-${short}-${theme}-${viewport.width}`);
      assert.deepEqual(await wrongWith(person, window, viewport), []);
      if (short === "zh") {
        await field("signed").getByRole("button", { name: words.done }).click();
        await field("signed").locator("[data-file] img").waitFor();
      }
      await picture(page, `files-signed-${short}-${theme}-${viewport.width}`);

      // An unfinished signature goes along when the form is sent.
      await page.getByRole("button", { name: words.save }).last().click();
      await page.waitForURL(/\/apps\/visits\/visit\/\d+/);
      const id = new URL(page.url()).pathname.split("/").pop();
      const { values } = await api(page, "GET", `/api/v1/apps/visits/tables/visit/records/${id}`);
      assert.deepEqual([values.papers.length, values.photos.length, values.signed.length, values.lines[0].photo.length], [2, 2, 1, 1]);
      const signature = await page.request.get(`/api/v1/files/${values.signed[0]}`);
      assert.equal(signature.headers()["content-type"], "image/png");
      assert.ok((await signature.body()).length > 2_000, "the strokes are on the picture");
      await picture(page, `files-record-${short}-${theme}-${viewport.width}`);
      assert.deepEqual(await wrongWith(person, window, viewport), []);
    } finally {
      await window.context.close();
    }
  });
}

test("a form that is sent waits for its files, which move with their lines", async () => {
  const { context, page, complaints } = await open(browser, demo.url, { viewport: desktop });
  try {
    await new Person(page, languages.zh).signIn("keeper_li", demo.passwordOf("keeper_li"));
    await page.goto("/apps/visits/visit/new");
    await page.getByLabel(said.zh.place).fill("B-1");
    // The answer to this change would close a menu.
    await Promise.all([page.waitForResponse(/\/live$/), page.getByLabel(said.zh.place).blur()]);
    const signed = page.locator(`[data-upload="signed"] .file-take > input[type=file]`);
    await signed.setInputFiles([photo("signed.png")]);
    await page.locator(`[data-upload="signed"] [data-file] img`).waitFor();

    const line = (row) => page.locator(`[data-upload="lines.${row}.photo"]`);
    if (!(await line(0).count())) await page.getByRole("button", { name: said.zh.addLine }).click();
    const checked = (row) => page.locator(`[data-upload="lines.${row}.checked"]`);
    await draw(page, checked(0).locator("canvas"), [[[0.2, 0.3], [0.8, 0.7]]]);
    let go;
    const allowed = new Promise((resolve) => (go = resolve));
    await page.route("**/api/v1/files", (route) => allowed.then(() => route.continue()));
    await line(0).locator("input[type=file]").first().setInputFiles([photo("late.png")]);
    await line(0).getByRole("progressbar").waitFor();
    await line(0).locator("xpath=ancestor::tr").locator("details > summary").click();
    await page.locator(`[name=_act][value="insert:lines.0"]`).click();
    await line(1).getByRole("progressbar").waitFor();
    assert.equal(await line(0).getByRole("progressbar").count(), 0);
    // A signature that is not finished moves too.
    await checked(1).locator("[data-file] img").waitFor();
    assert.equal(await checked(0).locator("[data-file]").count(), 0);
    await picture(page, "files-lines");
    await page.getByRole("button", { name: said.zh.save }).last().click();
    await page.getByText("文件传完后自动提交").waitFor();
    go();
    await page.waitForURL(/\/apps\/visits\/visit\/\d+/);
    const id = new URL(page.url()).pathname.split("/").pop();
    const { values } = await api(page, "GET", `/api/v1/apps/visits/tables/visit/records/${id}`);
    const held = values.lines.filter((one) => one.photo?.length || one.checked?.length);
    assert.deepEqual(held.map((one) => [one.photo.length, one.checked.length]), [[1, 1]]);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
});

test("without scripts the file inputs send what was chosen with the form", async () => {
  const { context, page } = await open(browser, demo.url);
  await new Person(page, languages.zh).signIn("keeper_li", demo.passwordOf("keeper_li"));
  const storageState = await context.storageState();
  await context.close();
  const plain = await open(browser, demo.url, { javaScriptEnabled: false, storageState });
  try {
    await plain.page.goto("/apps/visits/visit/new");
    await plain.page.getByLabel(said.zh.place).fill("C-1");
    for (const [name, files] of [["papers", [paper("a.txt"), paper("b.txt")]], ["signed", [photo("signed.png")]]]) {
      const input = plain.page.locator(`[data-upload="${name}"] .file-take > input[type=file]`);
      assert.equal(await input.isVisible(), true);
      await input.setInputFiles(files);
    }
    await plain.page.getByRole("button", { name: said.zh.save }).last().click();
    await plain.page.waitForURL(/\/apps\/visits\/visit\/\d+/);
    assert.equal(await plain.page.getByRole("link", { name: /^[ab]\.txt$/ }).count(), 2);
  } finally {
    await plain.context.close();
  }
});
