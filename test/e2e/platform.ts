// A platform of a test's own: lib/main.ts as a process, on a free port, with its data in a temporary folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(import.meta.dirname, "../..");
const STOP_MS = 20_000;

export interface Platform {
  url: string;
  /** Ends the process; its data stay. */
  stop(): Promise<void>;
  /** Starts it again with the same data, at the same address; its clock is ahead by `aheadMs` from then on. */
  start(options?: { aheadMs: number }): Promise<void>;
  /** Stops it and removes its data. */
  remove(): Promise<void>;
}

interface PlatformOptions {
  /** Settings; none of this process's own reach it. */
  env?: Record<string, string>;
  /** How much its clock is ahead of the real one: reminders ring at full minutes, and a test need not wait for one. */
  aheadMs?: number;
}

export async function startPlatform({ env = {}, aheadMs = 0 }: PlatformOptions = {}): Promise<Platform> {
  if (!existsSync(join(ROOT, "web/dist/index.html"))) await run(["web/build.ts"]);
  const data = mkdtempSync(join(tmpdir(), "vivavoce-e2e-"));
  const settings = { VIVAVOCE_PORT: "0", VIVAVOCE_SPEECH: "none", ...env, VIVAVOCE_DATA: data };
  let running = await launch(settings, aheadMs);
  const { url } = running;
  const stop = async (): Promise<void> => {
    if (running.child.exitCode !== null || running.child.signalCode !== null) return;
    const timer = setTimeout(() => running.child.kill("SIGKILL"), STOP_MS);
    running.child.kill("SIGTERM");
    await once(running.child, "exit");
    clearTimeout(timer);
  };
  return {
    url,
    stop,
    async start(options) {
      running = await launch({ ...settings, VIVAVOCE_PORT: new URL(url).port }, options?.aheadMs ?? aheadMs);
    },
    async remove() {
      await stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function spawnNode(args: string[], settings: Record<string, string>) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^VIVAVOCE_|^(SERVICES|MONGO_URL)$/.test(name));
  return spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...settings },
    // The channel: it ends by itself should this process be killed.
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
}

async function launch(settings: Record<string, string>, aheadMs: number) {
  const shift = `const now = Date.now; Date.now = () => now() + ${aheadMs};`;
  const child = spawnNode(["--import", `data:text/javascript,${encodeURIComponent(shift)}`, "lib/main.ts"], settings);
  // Read to the end, or a full pipe would stop the platform.
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const address = /^Vivavoce is at (\S+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    child.once("exit", (code) => reject(new Error(`the platform ended with ${code} before it was ready`)));
  });
  return { child, url };
}

async function run(args: string[]): Promise<void> {
  const [code] = (await once(spawnNode(args, {}), "exit")) as [number];
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}
