/** Invoices and receipts as they come out on paper. */
import type { Facts } from '../../activities/documents/facts.ts';
import { render } from '../../activities/documents/render.ts';
import { addressLines, card, money } from '../../activities/documents/words.ts';
import type { AppliedRate } from '../../billing/tax.ts';
import { pagesOf } from './read-pdf.ts';

const FACTS: Facts = {
  kind: 'invoice',
  number: 'FERN-0042',
  invoiceNumber: 'FERN-0042',
  seller: { name: 'Fernwood', lines: ['hello@fernwood.example', 'Germany'] },
  buyer: { name: 'Łukasz Ždanović', lines: ['Ελλάδα', 'Київ', 'Tax ID: PL1234567890'] },
  issuedAt: new Date('2031-03-01T00:00:00Z'),
  paidAt: new Date('2031-03-02T23:59:59Z'),
  currency: 'usd',
  lines: [{ label: 'Fern Pro', amount: 2000 }],
  subtotal: 2000,
  discount: 0,
  tax: 0,
  taxRates: [],
  total: 2000,
  balance: 0,
  usageWallet: 0,
  paid: 2000,
  paidBy: 'Visa ending in 4242',
};
const linesOf = async (facts: Partial<Facts>) => (await pages(facts)).join('\n').split('\n');
const pages = async (facts: Partial<Facts>) => pagesOf(await render({ ...FACTS, ...facts }));

it('has all that an invoice says, in the letters of the names', async () => {
  const lines = await linesOf({ discount: 500, tax: 285, total: 1785, balance: -785, paid: 1000 });
  expect(lines).toEqual(
    expect.arrayContaining([
      ...['FERN-0042', 'March 1, 2031', 'March 2, 2031', 'Visa ending in 4242'],
      ...['Fernwood', 'Germany', 'Łukasz Ždanović', 'Ελλάδα', 'Київ', 'Tax ID: PL1234567890'],
      ...['Fern Pro', '$20.00', '−$5.00', '$2.85', 'Total (USD)', '$17.85'],
      ...['Applied balance', '−$7.85', '$10.00', '$10.00 paid on March 2, 2031'],
    ]),
  );
});

const taxed = (more: Partial<AppliedRate>): AppliedRate => ({
  ...{ country: 'DE', state: null, name: 'VAT', millionths: 190_000, reason: 'standard_rated' },
  ...{ behavior: 'inclusive', amount: 319 },
  ...more,
});

it('tells of the taxes within its total, and of those on top', async () => {
  const lines = await linesOf({ tax: 319, taxRates: [taxed({})] });
  expect(lines.indexOf('Includes VAT 19%, Germany')).toBeGreaterThan(lines.indexOf('Total (USD)'));
  expect(lines).toContain('$3.19');
  const gst = taxed({ country: 'CA', name: 'GST', millionths: 50_000, behavior: 'exclusive', amount: 100 });
  const qst = { ...gst, state: 'QC', name: 'QST', millionths: 99_750, amount: 200 };
  const added = await linesOf({ tax: 300, total: 2300, paid: 2300, taxRates: [gst, qst] });
  expect(added.indexOf('QST 9.975%, QC, Canada')).toBeLessThan(added.indexOf('Total (USD)'));
  expect(added).toEqual(expect.arrayContaining(['GST 5%, Canada', '$1.00', '$2.00', '$23.00']));
});

it('says who accounts for the tax where the charge is reversed', async () => {
  const reversed = taxed({ country: 'FR', reason: 'reverse_charge', millionths: 0, amount: 0 });
  const said = (await linesOf({ taxRates: [reversed] })).join(' ');
  expect(said).toMatch(/Reverse charge: .* accounts for it in France\./);
});

it('says of a receipt what was paid, and of what invoice', async () => {
  const lines = await linesOf({ kind: 'receipt', number: 'FERN-0042-R' });
  expect(lines).toEqual(expect.arrayContaining(['FERN-0042-R', 'FERN-0042', 'March 2, 2031', 'Amount paid (USD)']));
  expect(lines).not.toContain('Subtotal');
});

it('numbers the pages of a long one, keeps the sums together, and loses no line', async () => {
  const lines = Array.from({ length: 90 }, (_, index) => ({ label: `Line ${index}`, amount: 100 }));
  const found = await pages({ lines });
  const count = found.length;
  expect(count).toBeGreaterThan(2);
  for (const [index, page] of found.entries()) expect(page).toContain(`Page ${index + 1} of ${count}`);
  expect(found.join('\n').match(/^Line \d+$/gm)).toEqual(lines.map(({ label }) => label));
  expect(found.at(-1)).toMatch(/Subtotal[\s\S]*Total \(USD\)/);
  expect(await pages({})).toEqual([expect.not.stringContaining('Page 1')]);
});

it('is the same file whenever it is made', async () => {
  expect(await render(FACTS)).toEqual(await render(FACTS));
});

it.each([
  [123_450, 'usd', '$1,234.50'],
  [-500, 'eur', '−€5.00'],
  [1500, 'jpy', '¥1,500'],
  [1500, 'kwd', 'KWD\u00a01.500'],
])('writes %i %s as %s', (amount, currency, written) => {
  expect(money(amount, currency)).toBe(written);
});

it('writes addresses as on envelopes there', () => {
  const american = { line1: '1 Example St', city: 'New York', state: 'US-NY', postal_code: '10001', country: 'US' };
  expect(addressLines(american)).toEqual(['1 Example St', 'New York, NY 10001', 'United States']);
  const german = { line1: 'Beispielweg 1', city: 'Köln', postal_code: '50667', country: 'DE' };
  expect(addressLines(german)).toEqual(['Beispielweg 1', '50667 Köln', 'Germany']);
  expect(addressLines({ country: 'PL' })).toEqual(['Poland']);
});

it('names cards as they do themselves', () => {
  expect([card('amex', '0005'), card('visa', null), card(null, '4242')]).toEqual([
    'American Express ending in 0005',
    'Visa',
    'Card ending in 4242',
  ]);
});
