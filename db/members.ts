/** The persons who act for a customer: the owner whom every customer begins with, and what is told of members. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, MemberId } from '../billing/ids.ts';
import type { CustomerRow } from './entities/customer.ts';
import { CustomerSeat, SeatInvitation } from './entities/customer-seat.ts';
import { Member, type MemberRow } from './entities/member.ts';
import { emit } from './events.ts';
import type { EntityManager } from './orm.ts';
import { customerView } from './views/customer.ts';
import { memberView } from './views/member.ts';

export interface OwnerDetails {
  readonly email?: string | null;
  readonly name?: string | null;
  readonly externalId?: string | null;
}

/** A customer has just been made, and somebody owns what they will buy: whoever is named, else the customer themselves. */
export async function beginOwner(
  em: EntityManager,
  customer: CustomerRow,
  at: Date,
  details: OwnerDetails = {},
): Promise<MemberRow> {
  const owner = em.create(Member, {
    id: randomUUID() as MemberId,
    createdAt: at,
    customer,
    email: details.email ?? customer.email,
    name: details.name ?? customer.name ?? null,
    externalId: details.externalId ?? customer.externalId ?? null,
    role: 'owner',
  });
  await em.flush();
  await tellMember(em, owner, customer, 'member.created', at);
  return owner;
}

export async function ownerOf(em: EntityManager, customer: CustomerId): Promise<MemberRow | null> {
  return (await em.findOne(Member, { customer, role: 'owner', deletedAt: null })) as MemberRow | null;
}

export async function ownersOf(
  em: EntityManager,
  customers: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, MemberRow>> {
  if (customers.length === 0) return new Map();
  const owners = await em.find(Member, { customer: { $in: [...customers] }, role: 'owner', deletedAt: null });
  return new Map(owners.map((owner) => [owner.customer.id, owner as MemberRow]));
}

/** An owner who is the customer themselves changes with them, unless another member has that address already. */
export async function ownerFollows(
  em: EntityManager,
  customer: CustomerRow,
  before: { readonly email: string; readonly name?: string | null },
  at: Date,
): Promise<void> {
  const owner = await ownerOf(em, customer.id);
  if (owner === null) return;
  const follows = owner.email === before.email && customer.email !== before.email;
  const isFree = follows && (await withEmail(em, customer.id, customer.email)) === null;
  const isRenamed = (owner.name ?? null) === (before.name ?? null) && (customer.name ?? null) !== (before.name ?? null);
  if (!isFree && !isRenamed) return;
  if (isFree) await moveToAddress(em, owner, customer.email);
  if (isRenamed) owner.name = customer.name ?? null;
  owner.modifiedAt = at;
  await em.flush();
  await tellMember(em, owner, customer, 'member.updated', at);
}

/** Invitations that went to the former address open nothing any more, whoever reads its mail. The caller flushes. */
export async function moveToAddress(em: EntityManager, member: MemberRow, email: string): Promise<void> {
  const isOther = email.toLowerCase() !== member.email.toLowerCase();
  member.email = email;
  if (!isOther) return;
  await em.nativeDelete(SeatInvitation, { seat: { member: member.id } });
  await em.nativeUpdate(CustomerSeat, { member: member.id, status: 'pending' }, { invitationExpiresAt: null });
}

/** A customer's living member with that address, whatever its case; in another case it may be the same person's. */
export async function withEmail(em: EntityManager, customer: CustomerId, email: string): Promise<MemberRow | null> {
  const [found]: { id: MemberId }[] = await em.execute(
    'select id from members where customer_id = ? and lower(email) = lower(?) and deleted_at is null',
    [customer, email],
  );
  return found === undefined ? null : ((await em.findOneOrFail(Member, found.id)) as MemberRow);
}

/** Who buys seats buys for others. */
export async function becomeTeam(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  if (customer.type === 'team') return;
  customer.type = 'team';
  customer.modifiedAt = at;
  await em.flush();
  const organizationId = customer.organization.id;
  await emit(em, { organizationId, type: 'customer.updated', at, data: () => customerView(customer) });
}

/** The customer is no more: nobody acts for them. */
export async function dropMembers(em: EntityManager, customer: CustomerRow, at: Date): Promise<void> {
  const living = await em.find(Member, { customer: customer.id, deletedAt: null }, { orderBy: { id: 'asc' } });
  for (const member of living) {
    member.deletedAt = at;
    member.modifiedAt = at;
  }
  await em.flush();
  for (const member of living) await tellMember(em, member as MemberRow, customer, 'member.deleted', at);
}

/** Nothing that says who they were. */
export async function forgetMembers(em: EntityManager, customer: CustomerRow): Promise<void> {
  await em.execute(
    `update members set email = 'deleted-' || id || '@anonymized.invalid', name = null, external_id = null
     where customer_id = ?`,
    [customer.id],
  );
  await em.nativeUpdate(CustomerSeat, { customer: customer.id }, { metadata: {} });
}

export async function tellMember(
  em: EntityManager,
  member: MemberRow,
  customer: Pick<CustomerRow, 'organization'>,
  type: 'member.created' | 'member.updated' | 'member.deleted',
  at: Date,
): Promise<void> {
  await emit(em, { organizationId: customer.organization.id, type, at, data: () => memberView(member) });
}
