/** Invitations to take a seat. Their dates are the machine's, also for customers on a test clock: they are no billing. */
import { randomUUID } from 'node:crypto';
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
/** Of one customer to one address, which may be anybody's. */
const MOST_AN_HOUR = 5;

/** Writes the e-mail; the link in it, and no earlier one, opens the seat. */
export async function invite(
  em: EntityManager,
  seat: CustomerSeatRow,
  { customer, product }: { readonly customer: CustomerRow; readonly product: ProductRow },
  at: Date,
): Promise<void> {
  const organization = await em.findOneOrFail(Organization, customer.organization.id);
  const { email: recipient } = seat.member;
  const inLastHour = {
    customer: customer.id,
    kind: 'customer_seat_invitation',
    recipient,
    createdAt: { $gt: new Date(at.getTime() - HOUR) },
  } as const;
  if ((await em.count(Email, inLastHour)) >= MOST_AN_HOUR) {
    throw tooManyAttempts('This address was invited often; please wait an hour.');
  }
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
