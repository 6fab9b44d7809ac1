/** How a command of ours is asked to end: by a signal, or by the end of what started it. */

const ASKED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C reaches us twice: from the terminal, and passed on by npm. */
const SAME_REQUEST_MS = 1_000;

/** Calls `end` at the first request, and `force` at another Ctrl-C. */
export function onEnding(end: (signal: NodeJS.Signals) => void, force: () => void = () => {}): void {
  let since: number | undefined;
  const asked = (signal: NodeJS.Signals) => {
    if (since === undefined) {
      since = Date.now();
      end(signal);
    } else if (signal === 'SIGINT' && Date.now() - since > SAME_REQUEST_MS) {
      force();
    }
  };
  for (const signal of ASKED) process.on(signal, () => asked(signal));
  // Killed outright, dev/bootstrap.mjs cannot pass anything on; then we get another parent.
  const parent = process.ppid;
  if (process.env.PERENNIAL_BOOTSTRAPPED === undefined) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    asked('SIGHUP');
  }, 200);
  watch.unref();
}
