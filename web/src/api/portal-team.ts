/** A customer's people and the seats that they are given, by the token of a session. */
import * as z from 'zod/mini';
import { call } from './client.ts';

export const ROLES = ['owner', 'billing_manager', 'member'] as const;
const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

const Me = z.object({ email: z.string(), member_id: z.nullish(z.string()), role: z.nullish(Role) });
export type Me = z.infer<typeof Me>;

const Member = z.object({ id: z.string(), email: z.string(), name: z.nullable(z.string()), role: Role });
export type Member = z.infer<typeof Member>;

const Seat = z.object({
  id: z.string(),
  status: z.enum(['pending', 'claimed', 'revoked']),
  email: z.nullable(z.string()),
  member: z.nullable(z.object({ name: z.nullable(z.string()) })),
  invitation_token_expires_at: z.nullable(z.string()),
  claimed_at: z.nullable(z.string()),
});
export type Seat = z.infer<typeof Seat>;

const Seats = z.object({ seats: z.array(Seat), available_seats: z.number(), total_seats: z.number() });
export type Seats = z.infer<typeof Seats>;

const Subscription = z.object({
  id: z.string(),
  status: z.string(),
  seats: z.nullish(z.number()),
  product: z.object({ name: z.string() }),
});

const Order = z.object({
  id: z.string(),
  status: z.string(),
  seats: z.nullish(z.number()),
  subscription_id: z.nullable(z.string()),
  description: z.string(),
});

/** What was bought with seats. */
export interface Purchase {
  readonly by: 'subscription_id' | 'order_id';
  readonly id: string;
  readonly name: string;
}

const BASE = '/v1/customer-portal';
const ALL = 'page=1&limit=100';
const listOf = <T>(item: z.ZodMiniType<T>) => z.object({ items: z.array(item) });

export function teamOf(token: string) {
  async function purchases(): Promise<readonly Purchase[]> {
    const [subscriptions, orders] = await Promise.all([
      call({ path: `${BASE}/subscriptions/?${ALL}`, token, answer: listOf(Subscription) }),
      call({ path: `${BASE}/orders/?product_billing_type=one_time&${ALL}`, token, answer: listOf(Order) }),
    ]);
    const living = subscriptions.items.filter(({ seats, status }) => seats && status !== 'canceled');
    const kept = orders.items.filter(
      ({ seats, subscription_id, status }) =>
        seats && subscription_id === null && (status === 'paid' || status === 'partially_refunded'),
    );
    return [
      ...living.map(({ id, product }) => ({ by: 'subscription_id' as const, id, name: product.name })),
      ...kept.map(({ id, description }) => ({ by: 'order_id' as const, id, name: description })),
    ];
  }

  return {
    me: () => call({ path: `${BASE}/customer-session/user`, token, answer: Me }),
    /** What the signed-in person has a seat of. */
    claimed: () => call({ path: `${BASE}/seats/subscriptions?${ALL}`, token, answer: listOf(Subscription) }),
    members: () => call({ path: `${BASE}/members?${ALL}`, token, answer: listOf(Member) }),
    add: (email: string, role: Role) =>
      call({ method: 'POST', path: `${BASE}/members`, token, body: { email, role }, answer: Member }),
    changeRole: (id: string, role: Role) =>
      call({ method: 'PATCH', path: `${BASE}/members/${id}`, token, body: { role }, answer: Member }),
    remove: (id: string) => call({ method: 'DELETE', path: `${BASE}/members/${id}`, token, answer: z.unknown() }),
    purchases,
    seats: ({ by, id }: Purchase) => call({ path: `${BASE}/seats?${by}=${id}`, token, answer: Seats }),
    assign: ({ by, id }: Purchase, email: string) =>
      call({ method: 'POST', path: `${BASE}/seats`, token, body: { [by]: id, email }, answer: Seat }),
    resend: (id: string) => call({ method: 'POST', path: `${BASE}/seats/${id}/resend`, token, answer: Seat }),
    revoke: (id: string) => call({ method: 'DELETE', path: `${BASE}/seats/${id}`, token, answer: Seat }),
  };
}
