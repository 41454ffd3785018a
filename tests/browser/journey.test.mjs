// The whole way, as two people with phones: a receipt is filled in and approved, stock rises; an issue of more than there is
// is refused, and nothing moves.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open, picture } from "./support/browser.mjs";
import { Person } from "./support/person.mjs";
import { startDemo } from "./support/program.mjs";
import { until } from "./support/until.mjs";
import { languages } from "./support/words.mjs";

const warehouse = "上海总仓";
const hinges = { code: "HW-0021", name: "不锈钢合页", received: 12 };
const paper = { code: "OF-0003", name: "复印纸", received: 7.5 };

for (const [short, words] of Object.entries(languages)) {
  describe(`receipt and issue on a phone, in ${words.language}`, () => {
    let demo, browser, window, person;

    before(async () => {
      demo = await startDemo();
      browser = await launch();
      // Each begins in the other language, so that the switch on the page is used.
      window = await open(browser, demo.url, { locale: short === "zh" ? "en" : "zh-CN" });
      person = new Person(window.page, words);
    });
    after(async () => {
      await browser?.close();
      await demo?.stop();
    });

    const signIn = (login) => person.signIn(login, demo.passwordOf(login));
    const see = (name) => picture(window.page, `journey-${short}-${name}`);
    const stock = async () => ({
      hinges: await person.stockOf(hinges.code, warehouse),
      paper: await person.stockOf(paper.code, warehouse),
    });
    let atFirst, receipt, issue, asked;

    // Each step stands on the one before.
    let broken = false;
    const step = (title, act) =>
      test(title, async () => {
        assert.ok(!broken, "not reached, since an earlier step failed");
        try {
          await act();
        } catch (error) {
          broken = true;
          await see("failed").catch(() => {});
          throw error;
        }
      });

    step("the keeper fills in a receipt of two lines and submits it", async () => {
      await signIn("keeper_li");
      await see("1-home");
      atFirst = await stock();
      await see("2-stock-before");
      await person.startNew(words.inbound, words.newInbound);
      await person.pick(words.kindOfReceipt, words.otherReceipt);
      await person.choose(words.warehouse, "上海", warehouse);
      if ((await person.lineCount()) === 0) await person.addLine();
      await person.choose(words.item, "HW-00", hinges.name, 0);
      await person.enter(words.quantity, String(hinges.received), 0);
      await person.addLine();
      await person.choose(words.item, paper.name, paper.name, 1);
      await person.enter(words.quantity, String(paper.received), 1);
      await see("3-receipt");
      receipt = await person.submit("WH-RK");
      await window.page.getByText(words.inApproval, { exact: true }).first().waitFor();
      await see("4-submitted");
      assert.deepEqual(await stock(), atFirst, "nothing moves before it is approved");
      await person.signOut();
    });

    step("the manager approves, and the stock list shows both quantities risen", async () => {
      await signIn("manager_zhao");
      await person.openTask(receipt);
      await see("5-task");
      await person.main.getByRole("button", { name: words.approve, exact: true }).click();
      await window.page.getByRole("status").filter({ hasText: words.approved }).waitFor();
      assert.deepEqual(await stock(), {
        hinges: atFirst.hinges + hinges.received,
        paper: atFirst.paper + paper.received,
      });
      await see("6-stock-after");
      await person.goTo(words.todo);
      assert.equal(await person.main.getByText(receipt).count(), 0, "the task has left the list");
      await person.signOut();
    });

    step("the keeper asks for more than there is", async () => {
      await signIn("keeper_li");
      asked = (await person.stockOf(hinges.code, warehouse)) + 5;
      await person.startNew(words.outbound, words.newOutbound);
      await person.pick(words.kindOfIssue, words.otherIssue);
      await person.choose(words.warehouse, "上海", warehouse);
      if ((await person.lineCount()) === 0) await person.addLine();
      await person.choose(words.item, hinges.code, hinges.name, 0);
      await person.enter(words.quantity, String(asked), 0);
      await see("7-issue");
      issue = await person.submit("WH-CK");
      await person.signOut();
    });

    step("the approval is refused with the item and what is available, and nothing moves", async () => {
      await signIn("manager_zhao");
      const before = await stock();
      await person.openTask(issue);
      await person.main.getByRole("button", { name: words.approve, exact: true }).click();
      const refusal = person.main.getByRole("alert").filter({ hasText: words.notApproved });
      await refusal.waitFor();
      await see("8-refused");
      assert.match(await refusal.innerText(), words.short(hinges.code, shown(asked), shown(before.hinges)));
      await refusal.getByRole("button", { name: words.returnToFix }).or(refusal.getByRole("link", { name: words.returnToFix })).waitFor();
      assert.deepEqual(await stock(), before, "nothing moved");
      await person.openTask(issue);
    });

    step("the manager returns it, and the keeper is told", async () => {
      await person.main.getByRole("button", { name: words.approve, exact: true }).click();
      const refusal = person.main.getByRole("alert").filter({ hasText: words.notApproved });
      await refusal.getByRole("button", { name: words.returnToFix }).or(refusal.getByRole("link", { name: words.returnToFix })).click();
      await until("the task is no longer open", async () => {
        await person.goTo(words.todo);
        return (await person.main.getByRole("listitem").filter({ hasText: issue }).count()) === 0;
      });
      await person.signOut();
      await signIn("keeper_li");
      await person.goTo(words.messages);
      const message = person.main.getByRole("listitem").filter({ hasText: issue }).first();
      await message.waitFor();
      assert.match(await message.innerText(), words.returned);
      await see("9-message");
      await message.getByRole("link").first().click();
      await person.main.getByText(hinges.code).or(person.main.getByText(hinges.name)).first().waitFor();
      await see("10-returned");
    });

    test("no page complained", () => {
      assert.deepEqual(window.complaints, []);
    });
  });
}

/** A quantity as the pages write it, for a pattern: thousands may be separated. */
function shown(quantity) {
  return quantity.toLocaleString("en-US", { maximumFractionDigits: 6 }).replace(/,/g, ",?").replace(".", "\\.");
}
