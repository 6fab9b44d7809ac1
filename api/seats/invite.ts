/** Invitations to take a seat. Their dates are the machine's, also for customers on a test clock: they are no billing. */
import { randomUUID } from 'node:crypto';
import { MOST_SEATS } from '../../billing/tiers.ts';
import type { CustomerRow } from '../../db/entities/customer.ts';
import { type CustomerSeatRow, SeatInvitation } from '../../db/entities/customer-seat.ts';
import { Email } from '../../db/entities/email.ts';
import { Organization } from '../../db/entities/organization.ts';
import type { ProductRow } from '../../db/entities/product.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { retried } from '../../db/retried.ts';
import { SEAT_POPULATE } from '../../db/views/customer-seat.ts';
import { seatOffered } from '../../emails/addresses.ts';
import { rendered } from '../../emails/render.ts';
import { seatNotPending, tooManyAttempts } from '../errors.ts';
import { type Asker, lockedSeat } from './find.ts';

const HOUR = 60 * 60_000;
const LIFETIME = 7 * 24 * HOUR;
/** Of one customer to one address, which may be anybody's; and to all of them, as seats are given and taken back. */
const MOST_AN_HOUR = { toOne: 5, inAll: MOST_SEATS };

/** Writes the e-mail; the link in it, and no earlier one, opens the seat. */
export async function invite(
  em: EntityManager,
  seat: CustomerSeatRow,
  { customer, product }: { readonly customer: CustomerRow; readonly product: ProductRow },
  at: Date,
): Promise<void> {
  const organization = await em.findOneOrFail(Organization, customer.organization.id);
  const { email: recipient } = seat.member;
  await refuseTooMany(em, customer, recipient, at);
  await em.nativeDelete(SeatInvitation, { seat: seat.id });
  const id = randomUUID();
  const offer = { productName: product.name, offeredBy: customer.name ?? customer.email };
  await em.insert(Email, {
    id,
    createdAt: at,
    organization: organization.id,
    customer: customer.id,
    kind: 'customer_seat_invitation',
    recipient,
    // Without a name: it may reach somebody else.
    ...rendered(seatOffered(organization, offer), {
      seller: organization,
      reader: { name: null, locale: customer.locale ?? null },
    }),
  });
  seat.invitationExpiresAt = new Date(at.getTime() + LIFETIME);
  await em.flush();
  await em.insert(SeatInvitation, {
    id: randomUUID(),
    seat: seat.id,
    email: id,
    tokenHash: null,
    expiresAt: seat.invitationExpiresAt,
  });
  await wake(em, 'email', id);
}

async function refuseTooMany(em: EntityManager, customer: CustomerRow, recipient: string, at: Date): Promise<void> {
  const inLastHour = {
    customer: customer.id,
    kind: 'customer_seat_invitation',
    createdAt: { $gt: new Date(at.getTime() - HOUR) },
  } as const;
  const [toOne, inAll] = await Promise.all([
    em.count(Email, { ...inLastHour, recipient }),
    em.count(Email, inLastHour),
  ]);
  if (toOne >= MOST_AN_HOUR.toOne) throw tooManyAttempts('This address was invited often; please wait an hour.');
  if (inAll >= MOST_AN_HOUR.inAll) throw tooManyAttempts('So many were invited; please wait an hour.');
}

export function inviteAgain(em: EntityManager, asker: Asker, id: string, at: Date): Promise<CustomerSeatRow> {
  return retried(() =>
    em.fork().transactional(async (tx) => {
      const { seat, purchase } = await lockedSeat(tx, asker, id);
      const { customer, product } = purchase;
      if (seat.status !== 'pending' || product === null) throw seatNotPending();
      await invite(tx, seat, { customer, product }, at);
      seat.modifiedAt = nowOf(customer, at);
      await tx.populate([seat], SEAT_POPULATE);
      return seat;
    }),
  );
}
