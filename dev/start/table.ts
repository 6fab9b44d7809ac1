/** The last thing `npm start` prints: where everything is, and which cards do what. */
import type { System } from '../system.ts';
import type { Shop } from './shop.ts';

const TEST_CARDS = [
  ['4242 4242 4242 4242', 'succeeds'],
  ['4000 0000 0000 0002', 'declined'],
  ['4000 0000 0000 9995', 'declined: insufficient funds'],
  ['4000 0000 0000 0341', 'begins to fail after the first payment'],
  ['4000 0025 0000 3155', 'asks for 3-D Secure'],
] as const;

export function overview(system: System, shop: Shop): string {
  const places = [
    ['Shop', `${system.api}/shop/${shop.slug}`],
    ['Checkout', shop.checkoutUrl],
    ['Customer portal', shop.portalUrl],
    ['E-mails', `${system.api}/dev/emails`],
    ['API reference', `${system.api}/docs`],
    ['API token', shop.token],
    ['Temporal UI', system.temporalUi ?? `(at the Temporal of TEMPORAL_ADDRESS, ${system.temporalAddress})`],
    ['Card sandbox', `${system.stripeApi}  (any sk_test_… key)`],
  ] as const;
  return [
    section('Perennial is running', places),
    section('Test cards, with any future date and any CVC', TEST_CARDS),
    `\n  State and logs are in ${system.home}. Ctrl-C stops everything; the next start resumes.\n`,
  ].join('');
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return `\n${bold(title)}\n\n${rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}\n`).join('')}`;
}

const bold = (text: string) => (process.stdout.isTTY === true ? `\u001b[1m${text}\u001b[22m` : text);
