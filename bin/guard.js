// Loaded into the process that bin/autodidact.js starts: ends it when the launcher is killed outright, so that no
// orphan goes on writing to a run.
if (process.channel) {
  process.channel.unref();
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  // Forks take over these flags, but their channel is to this process, and may be all that keeps them alive.
  const at = process.execArgv.indexOf(import.meta.url);
  if (at > 0) process.execArgv.splice(at - 1, 2);
}
