/** The account's balance: every movement with its fee, pending for two days before it is available. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { Call, Route } from './call.ts';
import { idIn } from './call.ts';
import { missing } from './failures.ts';
import { newId, now } from './ids.ts';
import { paging, range, read, text } from './params.ts';
import { settled } from './settlement.ts';

const SETTLES_AFTER_SECONDS = 2 * 24 * 60 * 60;

export interface Movement {
  readonly type: 'charge' | 'refund' | 'refund_failure' | 'adjustment';
  readonly source: string;
  /** Signed, minor units. */
  readonly amount: number;
  readonly currency: string;
  /** What Stripe keeps of it, once it is in the currency in which it is settled; none: nothing. */
  readonly feeOf?: (amount: number) => number;
  readonly description: string | null;
}

export function recordMovement(call: Call, movement: Movement): Stripe.BalanceTransaction {
  const { type } = movement;
  const { amount, currency, exchange_rate } = settled(call, movement.amount, movement.currency);
  const fee = movement.feeOf?.(amount) ?? 0;
  const paid = { amount: fee, application: null, currency, description: 'Stripe processing fees', type: 'stripe_fee' };
  return call.sandbox.store.put('balance_transaction', {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: now() + SETTLES_AFTER_SECONDS,
    balance_type: 'payments',
    created: now(),
    currency,
    description: movement.description,
    exchange_rate,
    fee,
    fee_details: fee === 0 ? [] : [paid],
    net: amount - fee,
    reporting_category: type,
    source: movement.source,
    status: 'pending',
    type,
  });
}

/** Stored as pending; whether it still is depends on when one looks. */
function asOfNow(movement: Stripe.BalanceTransaction): Stripe.BalanceTransaction {
  return { ...movement, status: movement.available_on <= now() ? 'available' : 'pending' };
}

const Filters = z.strictObject({
  ...paging,
  created: range.optional(),
  currency: text.optional(),
  source: text.optional(),
  type: text.optional(),
});

function oneMovement(call: Call): Stripe.BalanceTransaction {
  const movement = call.sandbox.store.find('balance_transaction', idIn(call));
  if (!movement) throw missing('balance transaction', idIn(call));
  return asOfNow(movement);
}

function movements(call: Call): object {
  const { created, source, type, currency, ...page } = read(Filters, call.form);
  const filter = { created, source, currency, types: type ? [type] : undefined };
  const listed = call.sandbox.store.list('balance_transaction', filter, page, '/v1/balance_transactions');
  return { ...listed, data: listed.data.map(asOfNow) };
}

function balance(call: Call): Stripe.Balance {
  const sums = call.sandbox.store.rows(
    `select body ->> 'currency' as currency, (body ->> 'available_on') <= ? as available, sum(body ->> 'net') as amount
     from objects where kind = 'balance_transaction' group by 1, 2 order by 1`,
    now(),
  );
  const part = (available: number) =>
    sums
      .filter((sum) => sum.available === available)
      .map((sum) => ({
        amount: Number(sum.amount),
        currency: String(sum.currency),
        source_types: { card: Number(sum.amount) },
      }));
  const none = [{ amount: 0, currency: 'usd', source_types: { card: 0 } }];
  const [available, pending] = [part(1), part(0)];
  return {
    object: 'balance',
    available: available.length > 0 ? available : none,
    livemode: false,
    pending: pending.length > 0 ? pending : none,
  };
}

export const balanceRoutes: Route[] = [
  { method: 'get', path: '/v1/balance', handle: balance },
  { method: 'get', path: '/v1/balance_transactions', handle: movements },
  { method: 'get', path: '/v1/balance_transactions/:id', handle: oneMovement },
];
