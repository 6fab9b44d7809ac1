/** Takes a seat back: its place is free at once, and what its member held by it is revoked. */
import type { CustomerSeatRow } from '../../db/entities/customer-seat.ts';
import { revokeGrantsOfMember } from '../../db/grants.ts';
import { lockGrants } from '../../db/lock.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { retried } from '../../db/retried.ts';
import { hangingOn, revokeSeats } from '../../db/seats.ts';
import { type Asker, lockedSeat } from './find.ts';

/** One that is revoked already is answered as it is. */
export function revokeSeat(em: EntityManager, asker: Asker, id: string, at: Date): Promise<CustomerSeatRow> {
  return retried(() =>
    em.fork().transactional(async (tx) => {
      const { seat, purchase } = await lockedSeat(tx, asker, id);
      if (seat.status === 'revoked') return seat;
      await lockGrants(tx, { ...hangingOn(purchase.holding), member: seat.member.id });
      await revokeSeats(tx, [seat], nowOf(purchase.customer, at));
      await revokeGrantsOfMember(tx, purchase.holding, seat.member, at);
      return seat;
    }),
  );
}
