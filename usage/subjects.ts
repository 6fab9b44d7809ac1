/**
 * Whose usage an event is: a customer's, by our id or by the merchant's own. The merchant's names somebody for good,
 * before we know of a customer by that name as well as afterwards: that is why usage is kept by it.
 */
import { hash } from 'node:crypto';
import type { CheckoutId, CustomerId, OrganizationId } from '../billing/ids.ts';

declare const kind: unique symbol;
export type Subject = string & { readonly [kind]: 'subject' };

/** Of a customer, most often the second alone. */
export function subjectsOf(
  organizationId: OrganizationId,
  customer: { readonly id: CustomerId; readonly externalId?: string | null },
): Subject[] {
  const own = subjectOfCustomer(customer.id);
  return customer.externalId ? [own, subjectOf(organizationId, customer.externalId)] : [own];
}

export const subjectOfCustomer = (id: CustomerId): Subject => `${id}` as Subject;

/** Whoever opens a checkout without being known. */
export const subjectOfCheckout = (id: CheckoutId): Subject => `${id}` as Subject;

/** Of the latest: who uses something does so again and again. */
const KEPT = 20_000;
const kept = new Map<string, Subject>();

export function subjectOf(organizationId: OrganizationId, externalId: string): Subject {
  const named = `${organizationId} ${externalId}`;
  const known = kept.get(named);
  if (known !== undefined) return known;
  if (kept.size >= KEPT) kept.clear();
  const subject = subjectNamed(named);
  kept.set(named, subject);
  return subject;
}

/** A UUID of version 8 made from it. */
function subjectNamed(named: string): Subject {
  const digest = hash('sha256', named, 'hex');
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  return `${parts.join('-')}-${digest.slice(20, 32)}` as Subject;
}
