// Loaded into the process that bin/autodidact.js starts: ends it when the launcher is killed outright, so that no
// orphan goes on writing to a run.
if (process.channel) {
  process.channel.unref();
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
}
