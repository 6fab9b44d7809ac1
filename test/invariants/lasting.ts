/** What the product's own invariants find, once whatever the test has set off has had time to end. */

/** What is only on its way, like a grant of a benefit, is there by then on the busiest machine; ms. */
const PATIENCE = 30_000;
const PAUSE = 250;

interface Findings {
  readonly disagreements: readonly unknown[];
}

/** Asks until there are none; answers with the last ones where they stay. */
export async function lastingDisagreements(ask: () => Promise<Findings>): Promise<readonly unknown[]> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const { disagreements } = await ask();
    if (disagreements.length === 0 || Date.now() > until) return disagreements;
    await new Promise((passed) => setTimeout(passed, PAUSE));
  }
}
