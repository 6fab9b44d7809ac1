/** Runs Jest over test files, and the files that fail once more, each alone. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Where more files fail than that, it isn't for being unsteady, and they aren't run again. */
const MOST_RUN_AGAIN = 10;

/**
 * For each file how it was the last time, and the first where that was another; `ended` says what is wrong with the run
 * as a whole, beyond any file, and `began` what was the first time where nothing could be run.
 */
export function runTests(command) {
  const first = jest(command);
  if (first.found.size > 0) return { ...withSecondTries(first), began: undefined };
  console.log(`\n== once more: ${command.join(' ')}`);
  return { ...withSecondTries(jest(command)), began: first.ended };
}

function withSecondTries({ found, ended }) {
  const failing = [...found.values()].filter(({ failed }) => failed > 0).length;
  const files = [...found].map(([path, first]) =>
    first.failed > 0 && failing <= MOST_RUN_AGAIN ? { path, first, last: again(path, first) } : { path, last: first },
  );
  return { files, ended };
}

/** What ran fewer tests the second time, or ended badly, has shown nothing: the first time counts. */
function again(path, first) {
  console.log(`\n== once more: ${path}`);
  const { found, ended } = jest(['npm', 'test', '--', '--runTestsByPath', path]);
  const last = found.get(path);
  const isWhole = last !== undefined && ended === undefined && last.passed + last.failed >= first.passed + first.failed;
  return isWhole ? last : first;
}

function jest([program, ...args]) {
  const directory = mkdtempSync(join(tmpdir(), 'perennial-ci-'));
  const results = join(directory, 'results.json');
  try {
    const { status } = spawnSync(program, [...args, '--json', `--outputFile=${results}`], { stdio: 'inherit' });
    const found = filesOf(JSON.parse(readFileSync(results, 'utf8')));
    const isTold = [...found.values()].some(({ failed }) => failed > 0);
    return { found, ended: status === 0 || isTold ? undefined : `ended with ${status}, though no test has failed` };
  } catch (error) {
    return { found: new Map(), ended: `no results (${error.message})` };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A file that fails without a failing test, for it can't be loaded or has left its worker dead, counts as one. */
function filesOf({ testResults }) {
  return new Map(
    testResults.map(({ name, status, message, assertionResults }) => {
      const count = (of) => assertionResults.filter((test) => test.status === of).length;
      const failed = status === 'failed' ? Math.max(1, count('failed')) : 0;
      const names = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
      const told = stripVTControlCharacters(message).trim();
      return [relative('', name), { passed: count('passed'), failed, names, message: told }];
    }),
  );
}
