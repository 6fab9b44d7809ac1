/** Reminds customers of the cards that are about to expire and that their subscriptions are charged on. */

import type { TestClockId } from '../../billing/ids.ts';
import { monthOf } from '../../billing/reminders.ts';
import { PaymentMethod, type PaymentMethodRow } from '../../db/entities/payment-method.ts';
import { lockRow } from '../../db/lock.ts';
import type { EntityManager } from '../../db/orm.ts';
import { type Dependencies, transaction } from '../dependencies.ts';
import { writeEmail } from './write.ts';

export interface CardsToRemindOf {
  /** What has happened since, ms since 1970: a card is reminded of on the first day of its last month. */
  readonly from: number;
  readonly to: number;
  /** Whose customers; null: of those who live in real time. */
  readonly clockId: TestClockId | null;
}

const PAGE = 200;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Once for each card and expiry, however often it is looked for. */
export async function remindOfCards(
  deps: Dependencies,
  span: CardsToRemindOf,
  onPage: () => void = () => undefined,
): Promise<void> {
  for (let after = FIRST; ; ) {
    const ids = await expiringCards(deps.orm.em.fork(), span, after);
    for (const id of ids) await transaction(deps, (em) => remindOf(em, id, span));
    onPage();
    if (ids.length < PAGE) return;
    after = ids.at(-1) ?? after;
  }
}

/** Months are counted from the year 0, as `year × 12 + month`. */
const EXPIRING = `
  select m.id from payment_methods m
  join customers c on c.id = m.customer_id
  where m.deleted_at is null and c.deleted_at is null and c.test_clock_id is not distinct from :clock::uuid
    and m.exp_year between :from::int / 12 - 1 and :to::int / 12 + 1
    and m.exp_year * 12 + m.exp_month between :from::int and :to::int
    and m.expiration_reminded_for is distinct from m.exp_year || '-' || lpad(m.exp_month::text, 2, '0')
    and exists (
      select from subscriptions s where s.customer_id = c.id and s.status in ('trialing', 'active', 'past_due')
      and coalesce(s.payment_method_id, c.default_payment_method_id) = m.id and s.amount > 0 and not s.cancel_at_period_end)
    and m.id > :after
  order by m.id limit ${PAGE}`;

async function expiringCards(em: EntityManager, { from, to, clockId }: CardsToRemindOf, after: string) {
  const months = { from: countOf(new Date(from)), to: countOf(new Date(to)) };
  const found: { id: PaymentMethodRow['id'] }[] = await em.execute(EXPIRING, { ...months, clock: clockId, after });
  return found.map(({ id }) => id);
}

function countOf(at: Date): number {
  const { year, month } = monthOf(at);
  return year * 12 + month;
}

async function remindOf(em: EntityManager, id: PaymentMethodRow['id'], { from }: CardsToRemindOf): Promise<void> {
  await lockRow(em, PaymentMethod, id);
  const card = (await em.findOneOrFail(PaymentMethod, id)) as PaymentMethodRow;
  const { expYear, expMonth } = card;
  if (!expYear || !expMonth || card.deletedAt) return;
  const expiry = `${expYear}-${String(expMonth).padStart(2, '0')}`;
  if (card.expirationRemindedFor === expiry) return;
  card.expirationRemindedFor = expiry;
  await em.flush();
  const at = new Date(Math.max(from, Date.UTC(expYear, expMonth - 1, 1)));
  await writeEmail(em, { kind: 'payment_method_expiration_reminder', card, at });
}
