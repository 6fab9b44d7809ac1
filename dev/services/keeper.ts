/**
 * The keeper outlives this process by a moment: when it ends in whatever way, kill -9 included, the keeper ends the
 * process groups that were left running. It is a few lines of shell on the other end of a pipe.
 */
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

// Each line names all groups that live now; the end of input means that their parent is gone.
const SCRIPT = `
trap '' HUP INT TERM
groups=''
while read -r line; do groups="$line"; done
for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
for tenth in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  left=''
  for group in $groups; do kill -0 "-$group" 2>/dev/null && left="$left $group"; done
  [ -z "$left" ] && exit 0
  sleep 0.1
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`;

const groups = new Set<number>();
let pipe: Writable | undefined;

export const keeper = {
  /** The group led by `pid` is to end with this process. */
  watch(pid: number | undefined): void {
    if (pid === undefined) return;
    groups.add(pid);
    tell();
  },
  /** The group has ended. */
  forget(pid: number | undefined): void {
    if (pid !== undefined && groups.delete(pid)) tell();
  },
};

function tell(): void {
  if (pipe === undefined) {
    const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    child.on('error', () => {});
    child.unref();
    pipe = child.stdin;
    pipe.on('error', () => {});
    // The pipe must not keep this process alive.
    if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  }
  pipe.write(`${[...groups].join(' ')}\n`);
}
