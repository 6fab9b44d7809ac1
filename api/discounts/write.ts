/** What a merchant may write of a discount. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { z } from 'zod';
import type { DiscountId, OrganizationId, ProductId } from '../../billing/ids.ts';
import { Discount, type DiscountRow } from '../../db/entities/discount.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Product, type ProductRow } from '../../db/entities/product.ts';
import type { EntityManager } from '../../db/orm.ts';
import type { DiscountCreate, DiscountUpdate } from '../../schemas/discount.ts';
import { invalid } from '../errors.ts';

type New = z.output<typeof DiscountCreate>;
type Change = z.output<typeof DiscountUpdate>;

export async function addDiscount(
  em: EntityManager,
  organizationId: OrganizationId,
  body: New,
  at: Date,
): Promise<DiscountRow> {
  const organization = await em.findOneOrFail(Organization, organizationId);
  const row: DiscountRow = em.create(Discount, {
    id: randomUUID() as DiscountId,
    createdAt: at,
    organization,
    name: body.name,
    code: body.code ?? null,
    ...('basis_points' in body
      ? { type: 'percentage' as const, basisPoints: body.basis_points }
      : { type: 'fixed' as const, ...amountsOf(body, organization.defaultPresentmentCurrency) }),
    duration: body.duration,
    durationInMonths: body.duration === 'repeating' ? (body.duration_in_months ?? null) : null,
    startsAt: body.starts_at ?? null,
    endsAt: body.ends_at ?? null,
    maxRedemptions: body.max_redemptions ?? null,
    maxRedemptionsPerCustomer: body.max_redemptions_per_customer ?? null,
    metadata: body.metadata ?? {},
    redemptionsCount: 0,
  });
  if (body.products) row.products.set(await named(em, organizationId, body.products));
  refuseBackwards(row);
  return row;
}

/** The row is locked, so that nobody redeems it while what it takes off is changed. */
export async function changeDiscount(em: EntityManager, row: DiscountRow, body: Change): Promise<void> {
  refuseBrokenPromises(row, body);
  if (body.name) row.name = body.name;
  if (body.code !== undefined) row.code = body.code;
  if (body.starts_at !== undefined) row.startsAt = body.starts_at;
  if (body.ends_at !== undefined) row.endsAt = body.ends_at;
  if (body.max_redemptions !== undefined) row.maxRedemptions = body.max_redemptions;
  if (body.max_redemptions_per_customer !== undefined) {
    row.maxRedemptionsPerCustomer = body.max_redemptions_per_customer;
  }
  if (body.metadata) row.metadata = body.metadata;
  if (body.products) row.products.set(await named(em, row.organization.id, body.products));
  Object.assign(row, valueAfter(row, body), durationAfter(row, body));
  refuseBackwards(row);
}

/** The database has the last word on codes, whoever wrote the same one a moment ago. */
export async function flushCode(em: EntityManager): Promise<void> {
  try {
    await em.flush();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException && error.message.includes('discounts_code_unique'))) {
      throw error;
    }
    throw invalid(['body', 'code'], 'Another discount has this code.');
  }
}

/** What customers were promised stays: the kind always, the value and its duration once somebody has redeemed it. */
function refuseBrokenPromises(row: DiscountRow, body: Change): void {
  if (body.type && body.type !== row.type) throw invalid(['body', 'type'], 'The type of a discount stays.');
  if (row.redemptionsCount === 0) return;
  const value = valueAfter(row, body);
  const duration = durationAfter(row, body);
  const same = (a: unknown, b: unknown) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
  const REDEEMED = 'This discount has been redeemed: what it takes off stays. Make another one.';
  if (value.basisPoints !== (row.basisPoints ?? null)) throw invalid(['body', 'basis_points'], REDEEMED);
  if (!same(value.amounts, row.amounts ?? null)) throw invalid(['body', 'amounts'], REDEEMED);
  if (duration.duration !== row.duration) throw invalid(['body', 'duration'], REDEEMED);
  if (duration.durationInMonths !== (row.durationInMonths ?? null)) {
    throw invalid(['body', 'duration_in_months'], REDEEMED);
  }
}

const sorted = (value: unknown) =>
  typeof value === 'object' && value !== null ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value;

/** Fields of the other kind of discount don't count. */
function valueAfter(row: DiscountRow, body: Change) {
  if (row.type === 'percentage') {
    return { basisPoints: body.basis_points ?? row.basisPoints ?? null, amounts: null, currency: null };
  }
  const isAsked = Boolean(body.amounts) || typeof body.amount === 'number' || Boolean(body.currency);
  const present = { amounts: row.amounts ?? {}, currency: row.currency ?? 'usd' };
  if (!isAsked) return { basisPoints: null, ...present };
  const amount = body.amount ?? present.amounts[present.currency] ?? 0;
  const next = amountsOf({ ...body, amount }, present.currency);
  // An amount alone is that of its currency; the others stay.
  const kept = body.amounts || body.currency ? {} : present.amounts;
  return { basisPoints: null, amounts: { ...kept, ...next.amounts }, currency: next.currency };
}

function durationAfter(row: DiscountRow, body: Change) {
  const duration = body.duration ?? row.duration;
  const durationInMonths = duration === 'repeating' ? (body.duration_in_months ?? row.durationInMonths ?? null) : null;
  if (duration === 'repeating' && durationInMonths === null) {
    throw invalid(['body', 'duration_in_months'], 'For how many months does it repeat?');
  }
  return { duration, durationInMonths };
}

interface Amounts {
  readonly amount?: number | null | undefined;
  readonly currency?: string | null | undefined;
  readonly amounts?: Readonly<Record<string, number | undefined>> | null | undefined;
}

/** By currency; the first one is the one named, else the organization's own, else the first in the list. */
function amountsOf({ amount, currency, amounts }: Amounts, own: string) {
  if (!amounts) return { amounts: { [currency ?? own]: amount ?? 0 }, currency: currency ?? own };
  const all = Object.fromEntries(
    Object.entries(amounts).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
  const first = [currency, own].find((candidate) => candidate && candidate in all) ?? Object.keys(all)[0] ?? own;
  return { amounts: all, currency: first };
}

async function named(em: EntityManager, organization: OrganizationId, ids: readonly string[]): Promise<ProductRow[]> {
  const wanted = [...new Set(ids)] as ProductId[];
  const found = await em.find(Product, { id: { $in: wanted }, organization });
  return wanted.map((id, index) => {
    const product = found.find((candidate) => candidate.id === id);
    if (product === undefined) throw invalid(['body', 'products', index], 'This product does not exist.');
    return product;
  });
}

function refuseBackwards({ startsAt, endsAt }: DiscountRow): void {
  if (startsAt && endsAt && endsAt <= startsAt) throw invalid(['body', 'ends_at'], 'It must end after it starts.');
}
