// Starts the program under test on a free port of the loopback, in a data directory of its own, and stops it by its pid.

import { spawn } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

const project = fileURLToPath(new URL("../../../", import.meta.url));
const binary = process.env.FORMWORK_BINARY ?? join(project, "target/debug/formwork");
/** Filling the demo company's database takes its time in a debug build on a busy machine. */
const startsWithin = 180_000;

/** The demo company with its sample data: `{ url, users, passwordOf(login), stop() }`. */
export async function startDemo() {
  const program = await start((data) => ["demo", "--json", "--listen", "127.0.0.1:0", "--data", data]);
  let ready = null;
  createInterface({ input: program.child.stdout }).on("line", (line) => {
    if (!ready && line.startsWith("{")) ready = JSON.parse(line);
  });
  await program.waitFor("its line of JSON", () => ready);
  const users = new Map(ready.users.map((user) => [user.login, user]));
  const passwordOf = (login) => {
    const user = users.get(login);
    if (!user) throw new Error(`the demo has nobody called ${login}, only ${[...users.keys()].join(", ")}`);
    return user.password;
  };
  return { url: ready.url.replace(/\/$/, ""), users: ready.users, passwordOf, stop: program.stop };
}

/** The program on an empty data directory, as it is before set-up: `{ url, stop() }`. */
export async function startEmpty() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = await start((data) => ["serve", "--listen", `127.0.0.1:${port}`, "--data", join(data, "data")]);
  program.child.stdout.resume();
  await program.waitFor("an answer on its port", () => fetch(url, { redirect: "manual" }).then(() => true, () => false));
  return { url, stop: program.stop };
}

async function start(argumentsFor) {
  await access(binary).catch(() => {
    throw new Error(`${binary} is not there: build it with cargo build, or name another in FORMWORK_BINARY`);
  });
  const data = await mkdtemp(join(tmpdir(), "formwork-browser-"));
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FORMWORK_")));
  const child = spawn(binary, argumentsFor(data), { stdio: ["ignore", "pipe", "pipe"], env: clean, cwd: data });
  let said = "";
  child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-8_000)));
  let ended = null;
  const end = new Promise((resolve) => {
    child.on("error", (error) => resolve((ended = String(error))));
    child.on("exit", (code, signal) => resolve((ended = `it ended with ${code ?? signal}`)));
  });
  // Nothing may outlive the tests, however they end.
  const leave = () => child.kill("SIGKILL");
  process.once("exit", leave);
  const stop = async () => {
    process.removeListener("exit", leave);
    if (!ended) child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await end;
    clearTimeout(force);
    await rm(data, { recursive: true, force: true });
  };
  const waitFor = async (what, condition) => {
    try {
      await until(`the program gives ${what}`, async () => {
        if (ended) throw new Error(ended);
        return condition();
      }, startsWithin);
    } catch (error) {
      await stop();
      throw new Error(`${error.message}\n${said}`);
    }
  };
  return { child, waitFor, stop };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
