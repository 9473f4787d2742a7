// Preloaded into every program that bin/run.mjs starts: when the process that started it is gone, it gets a SIGTERM of
// its own, so that its ordinary shutdown runs, and 10 s later a SIGKILL.

// Undefined in worker threads and in processes without an IPC channel, which load this too.
if (process.connected !== undefined) {
  process.once("disconnect", stop);
  // The listener alone would keep a program running that has nothing left to do.
  process.channel?.unref();
  // The parent may have gone before this line.
  if (!process.connected) stop();
}

function stop() {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), 10_000).unref();
  process.kill(process.pid, "SIGTERM");
}
