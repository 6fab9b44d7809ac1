/**
 * Runs the steps one after another and counts them. A test file that fails is run once more, alone, and counts as it does
 * then; that it was unsteady is said at the end, where all that failed is told again. Needs nothing installed.
 */
import { spawnSync } from 'node:child_process';
import { runTests } from './tests.mjs';

/** Of what a step that isn't made of tests has printed, so many lines are told again. */
const LINES_TOLD = 100;

const steps = [
  () => tests('tests', ['npm', 'test', '--']),
  () => check('types'),
  () => check('lint'),
  () => check('layering'),
  () => tests('end to end, in a browser', ['npm', 'run', 'test:e2e', '--']),
  () => tests('chaos', ['npm', 'run', 'test:chaos', '--']),
];

let passed = 0;
let failed = 0;
/** For the end of the log: whole messages, then a line for each. */
const messages = [];
const verdicts = [];

for (const step of steps) step();
for (const message of messages) say(`\n${message}`);
say('');
for (const verdict of verdicts) say(verdict);
say(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A step made of tests counts each of them. */
function tests(name, command) {
  say(`\n== ${name}`);
  const { files, began, ended } = runTests(command);
  if (began !== undefined) verdicts.push(`unsteady: ${name}: ${began}, and was run again`);
  for (const { path, first, last } of files) {
    passed += last.passed;
    failed += last.failed;
    if (first === undefined && last.failed === 0) continue;
    if (first !== undefined) messages.push(`== ${path}, the first time:\n\n  ${first.message}`);
    if (last.failed > 0) messages.push(`== ${path}${first ? ', the second time' : ''}:\n\n  ${last.message}`);
    if (last.failed > 0) verdicts.push(`failed: ${[path, ...last.names].join('\n  - ')}`);
    else verdicts.push(`unsteady, passed when run again alone: ${[path, ...first.names].join('\n  - ')}`);
  }
  if (ended === undefined) return;
  failed += 1;
  verdicts.push(`failed: ${name}: ${ended}`);
}

/** Counts as one. */
function check(name) {
  say(`\n== ${name}`);
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', name], { encoding: 'utf8' });
  const output = `${stdout}${stderr}`.trimEnd();
  say(output);
  if (status === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  messages.push(`== ${name}:\n${output.split('\n').slice(-LINES_TOLD).join('\n')}`);
  verdicts.push(`failed: ${name}`);
}

function say(line) {
  console.log(line);
}
