/** Who has the seats of a purchase, and how many are left. */
import { CustomerSeat, type CustomerSeatRow } from '../../db/entities/customer-seat.ts';
import type { EntityManager } from '../../db/orm.ts';
import { hangingOn, isSoldBySeat, placesOf } from '../../db/seats.ts';
import { SEAT_POPULATE, seatView } from '../../db/views/customer-seat.ts';
import type { SeatsList } from '../../schemas/customer-seat.ts';
import { type Asker, type PurchaseRef, purchaseOf } from './find.ts';

export async function listSeats(em: EntityManager, asker: Asker, ref: PurchaseRef): Promise<SeatsList> {
  const { holding } = await purchaseOf(em, asker, ref);
  if (!(await isSoldBySeat(em, holding))) return { seats: [], available_seats: 0, total_seats: 0 };
  const { total, available } = await placesOf(em, holding);
  const taken = { ...hangingOn(holding), status: { $ne: 'revoked' as const } };
  const rows = await em.find(CustomerSeat, taken, {
    populate: SEAT_POPULATE,
    orderBy: { createdAt: 'asc', id: 'asc' },
  });
  return { seats: (rows as CustomerSeatRow[]).map(seatView), available_seats: available, total_seats: total };
}
