/** Whether all agrees, for people. */
import type { Invariants } from './demo/year.ts';

export function printInvariants({ ok, rules, payments_compared, disagreements }: Invariants): void {
  const say = (line: string) => process.stdout.write(`  ${line}\n`);
  say(
    `${rules} rules checked, ${payments_compared} payments compared with the processor: ${ok ? 'all agree.' : 'NOT all agree:'}`,
  );
  for (const { rule, subject, detail } of disagreements) say(`✗ ${rule}: ${subject}: ${detail}`);
}
