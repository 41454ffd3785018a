// The apps of the tests, brought into the demo company by its administrator.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const project = fileURLToPath(new URL("../../../", import.meta.url));
const binary = process.env.FORMWORK_BINARY ?? join(project, "target/debug/formwork");

/** Imports `tests/apps/orders` as whoever is signed in on the page. */
export const importOrders = (page) => importApp(page, "orders");

/** Imports an app of `tests/apps` as whoever is signed in on the page. */
export async function importApp(page, name) {
  const folder = await mkdtemp(join(tmpdir(), `formwork-${name}-`));
  const file = join(folder, `${name}.fwapp`);
  await promisify(execFile)(binary, ["app", "pack", join(project, "tests/apps", name), "--output", file]);
  const bytes = await readFile(file);
  await rm(folder, { recursive: true });
  const answer = await page.request.post("/api/v1/apps/import", { data: bytes, headers: { "content-type": "application/zip" } });
  if (answer.status() >= 300) throw new Error(`${answer.status()}: ${await answer.text()}`);
}

/** Calls the API as whoever is signed in on the page, and gives the answer's body. */
export async function api(page, method, path, body) {
  const answer = await page.request.fetch(path, { method, data: body });
  if (answer.status() >= 300) throw new Error(`${method} ${path}: ${answer.status()}: ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}
