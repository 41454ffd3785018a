// Debian's Chromium, driven without a window. Everything a page complains about is kept, so that a test can ask for silence.

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      "--disable-gpu",
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-default-apps",
      "--metrics-recording-only",
      "--force-color-profile=srgb",
    ],
  });
}

/** A fresh window: `{ page, complaints, context }`. `complaints` fills up with what went wrong on its pages. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: phone,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    colorScheme: "light",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  return { context, page, complaints: listen(page) };
}

function listen(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error in a script: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // A page that is not found is said by its own status, see `response`.
    if (/^Failed to load resource/.test(message.text())) return;
    complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    if (reason !== "net::ERR_ABORTED") complaints.push(`${request.method()} ${request.url()} failed: ${reason}`);
  });
  page.on("response", (response) => {
    const own = response.request().isNavigationRequest();
    if (response.status() >= 500 || (response.status() >= 400 && !own)) {
      complaints.push(`${response.request().method()} ${response.url()} answered ${response.status()}`);
    }
  });
  return complaints;
}

const shots = new URL("../shots/", import.meta.url);

/** Keeps a picture of the whole page under `shots/`, in a window as high as the page, so that bars stand at its edges. */
export async function picture(page, name) {
  const path = fileURLToPath(new URL(`${name}.png`, shots));
  await mkdir(dirname(path), { recursive: true });
  const size = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (height > size.height) await page.setViewportSize({ width: size.width, height });
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  await page.setViewportSize(size);
}
