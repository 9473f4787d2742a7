// Listening, with the one line that helps where it cannot be done.
import { createServer, type Server } from "node:net";
import { ConfigError } from "../config/config.ts";

/**
 * @param setting the setting that names the port
 * @throws ConfigError where the port is taken, or the address is not this machine's
 */
export function listen(server: Server, host: string, port: number, setting: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new ConfigError(`Port ${port} is taken by another program. Stop it, or set ${setting} to another port.`)
          : new ConfigError(
              `Cannot listen on ${host}, port ${port} (${error.message}). Check VIVAVOCE_HOST and ${setting}.`,
            ),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Listens for a moment: tells before anything is started what {@link listen} would tell after. */
export async function tryPort(host: string, port: number, setting: string): Promise<void> {
  const server = createServer();
  await listen(server, host, port, setting);
  await new Promise((resolve) => server.close(resolve));
}
