/** Which of a customer's requests for another e-mail address counts. */
import type { CustomerId } from '../billing/ids.ts';
import { Email } from './entities/email.ts';
import type { EntityManager } from './orm.ts';

/** The id of the e-mail that was written for the newest; a new request makes the links of those before it worthless. */
export async function newestAddressRequest(em: EntityManager, customer: CustomerId): Promise<string | null> {
  const wanted = { customer, kind: 'email_update' } as const;
  const newest = await em.findOne(Email, wanted, { fields: ['id'], orderBy: { createdAt: 'desc', id: 'desc' } });
  return newest?.id ?? null;
}
