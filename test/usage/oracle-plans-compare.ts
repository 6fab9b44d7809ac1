/** What the product's rows and the sheet say of a scenario of plans, each in the same words. */
import { METERS } from './oracle-plans-scenario.ts';
import type { Shop } from './oracle-plans-shop.ts';
import type { Sheet } from './oracle-sheet.ts';
import type { Order } from './oracle-sheet-orders.ts';

export async function saidBy(shop: Shop) {
  const said = await shop.says();
  const nrOf = (id: string) => shop.processes.findIndex((each) => each.id === id);
  const orders = said.orders.map(({ subscription, lines, ...order }) => ({
    ...order,
    subscription: nrOf(subscription),
    lines: inOrder((lines ?? []).map(({ label, amount, proration }) => [kindOf(label, proration), amount])),
  }));
  const subscriptions = said.subscriptions.map(({ id, status, start, end, meterEnd }) => ({
    ...{ nr: nrOf(id), status, start: Date.parse(start), end: Date.parse(end) },
    meterEnd: meterEnd === null ? null : Date.parse(meterEnd),
  }));
  return {
    orders: inOrder(orders),
    subscriptions: subscriptions.toSorted((a, b) => a.nr - b.nr),
    wallets: { billing: said.billing, usage: said.wallet },
    usage: METERS.map(({ name }) => said.usage.get(name) ?? { consumed: '0', credited: '0' }),
  };
}

export type Said = Awaited<ReturnType<typeof saidBy>>;

export const believedBy = ({ money, meters, subscriptions }: Sheet) => ({
  orders: inOrder(money.orders.map(toldOf)),
  subscriptions: subscriptions.map(({ nr, status, start, end, meterEnd }) => ({ nr, status, start, end, meterEnd })),
  wallets: { billing: money.billing, usage: money.usage },
  usage: meters.balances(),
});

export const isSame = (said: Said, sheet: Sheet): boolean => sorted(said) === sorted(believedBy(sheet));

/** Usage by its label, and what else there is by its kind. */
const kindOf = (label: string, isProrated: boolean): string => {
  if (isProrated) return 'proration';
  return METERS.some(({ name }) => label.startsWith(`${name} (`)) ? label : 'base';
};

const toldOf = ({ lines, pays: _, prorated: __, ...order }: Order) => ({
  ...order,
  lines: inOrder(lines.map(({ kind, label, amount }) => [kind === 'usage' ? label : kind, amount])),
});

/** Nothing that costs nothing but usage; several of an instant are in no order. */
function inOrder<T>(of: readonly T[]): T[] {
  return of
    .filter((each) => !(Array.isArray(each) && each[0] === 'base' && each[1] === 0))
    .toSorted((a, b) => (sorted(a) < sorted(b) ? -1 : 1));
}

const sorted = (of: unknown): string =>
  JSON.stringify(of, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
