/** Adds members to a customer, changes and removes them; what a removed one held goes with them. */
import { randomUUID } from 'node:crypto';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { MemberId } from '../../billing/ids.ts';
import { Customer, type CustomerRow } from '../../db/entities/customer.ts';
import { CustomerSeat, type CustomerSeatRow } from '../../db/entities/customer-seat.ts';
import { CustomerSession } from '../../db/entities/customer-session.ts';
import { Member, type MemberRole, type MemberRow } from '../../db/entities/member.ts';
import { revokeAllOfMember } from '../../db/grants.ts';
import { lockGrants, lockRow } from '../../db/lock.ts';
import { moveToAddress, ownerOf, tellMember, withEmail } from '../../db/members.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { revokeSeats } from '../../db/seats.ts';
import { invalid, notFound } from '../errors.ts';

export interface NewMember {
  readonly email: string;
  readonly name?: string | null | undefined;
  readonly external_id?: string | null | undefined;
  readonly role: Exclude<MemberRole, 'owner'>;
}

/** Who has the address already is answered as they are; the merchant's id is given to them where they have none. */
export async function addMember(
  em: EntityManager,
  customer: CustomerRow,
  added: NewMember,
  at: Date,
): Promise<MemberRow> {
  return taken(() => em.transactional((tx) => memberFor(tx, customer, added, at)));
}

/** Within a transaction: the customer's member with that address, new or not. */
export async function memberFor(
  em: EntityManager,
  customer: CustomerRow,
  { email, name, external_id: externalId, role }: NewMember,
  at: Date,
): Promise<MemberRow> {
  await lockRow(em, Customer, customer.id);
  const found = await withEmail(em, customer.id, email);
  if (found !== null) return named(em, customer, found, externalId ?? null, nowOf(customer, at));
  const row = await em.findOneOrFail(Customer, customer.id, { refresh: true });
  if (row.deletedAt) throw notFound();
  const member = em.create(Member, {
    id: randomUUID() as MemberId,
    createdAt: nowOf(customer, at),
    customer: row,
    email,
    name: name ?? null,
    externalId: externalId ?? null,
    role,
  });
  await em.flush();
  await tellMember(em, member as MemberRow, customer, 'member.created', member.createdAt);
  return member as MemberRow;
}

async function named(
  em: EntityManager,
  customer: CustomerRow,
  member: MemberRow,
  externalId: string | null,
  at: Date,
): Promise<MemberRow> {
  if (externalId === null || externalId === member.externalId) return member;
  if (member.externalId) throw invalid(['body', 'external_id'], 'The member with this address has another id.');
  member.externalId = externalId;
  return changed(em, customer, member, at);
}

export interface MemberChange {
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly role?: MemberRole | null | undefined;
}

/** Whoever becomes the owner takes that over from the present one, who stays as a billing manager. */
export async function changeMember(
  em: EntityManager,
  customer: CustomerRow,
  member: MemberRow,
  change: MemberChange,
  at: Date,
): Promise<MemberRow> {
  const now = nowOf(customer, at);
  return taken(() =>
    em.transactional(async (tx) => {
      const row = await locked(tx, customer, member.id);
      if (change.role && change.role !== row.role) await moveTo(tx, customer, row, change.role, now);
      if (change.email && change.email !== row.email) await moveToAddress(tx, row, change.email);
      if (change.name !== undefined) row.name = change.name;
      return changed(tx, customer, row, now);
    }),
  );
}

async function moveTo(
  em: EntityManager,
  customer: CustomerRow,
  row: MemberRow,
  role: MemberRole,
  at: Date,
): Promise<void> {
  if (row.role === 'owner') {
    throw invalid(['body', 'role'], 'This is the only owner; make another member the owner instead.');
  }
  if (role === 'owner') {
    const owner = await ownerOf(em, customer.id);
    if (owner !== null) {
      owner.role = 'billing_manager';
      await changed(em, customer, owner, at);
      // Theirs were those without a name; the successor's they must not be.
      await em.nativeUpdate(CustomerSession, { customer: customer.id, member: null }, { member: owner.id });
    }
  }
  row.role = role;
}

/** Their sessions, seats and benefits end with them. */
export async function removeMember(
  em: EntityManager,
  customer: CustomerRow,
  member: MemberRow,
  at: Date,
): Promise<void> {
  const now = nowOf(customer, at);
  await retried(() =>
    em.fork().transactional(async (tx) => {
      await lockGrants(tx, { member: member.id });
      const row = await locked(tx, customer, member.id);
      if (row.role === 'owner') {
        throw invalid(['path', 'member_id'], 'The owner stays; make another member the owner first.');
      }
      const seats = await tx.find(
        CustomerSeat,
        { member: row.id, status: { $ne: 'revoked' } },
        { orderBy: { id: 'asc' } },
      );
      if (seats.length > 0) await revokeSeats(tx, seats as CustomerSeatRow[], now);
      await revokeAllOfMember(tx, row, at);
      await tx.nativeDelete(CustomerSession, { member: row.id });
      row.deletedAt = now;
      row.modifiedAt = now;
      await tx.flush();
      await tellMember(tx, row, customer, 'member.deleted', now);
    }),
  );
}

/** Behind the customer's row, so that of two who become the owner one is the other's successor. */
async function locked(em: EntityManager, customer: CustomerRow, id: MemberId): Promise<MemberRow> {
  await lockRow(em, Customer, customer.id);
  await lockRow(em, Member, id);
  const row = await em.findOneOrFail(Member, id, { refresh: true });
  if (row.deletedAt) throw notFound('There is no such member.');
  return row as MemberRow;
}

async function changed(em: EntityManager, customer: CustomerRow, row: MemberRow, at: Date): Promise<MemberRow> {
  row.modifiedAt = at;
  await em.flush();
  await tellMember(em, row, customer, 'member.updated', at);
  return row;
}

/** Which of the two unique values is taken. */
export async function taken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    const field = error.message.includes('external_id') ? 'external_id' : 'email';
    throw invalid(['body', field], 'Another member of this customer has it.');
  }
}
