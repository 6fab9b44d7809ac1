/** What the card processor tells us of by itself: each event that a process waits for is kept once, and wakes it. */
import Stripe from 'stripe';
import { z } from 'zod';
import type { PaymentId } from '../../billing/ids.ts';
import { processorFeeWorkflowId } from '../../billing/workflow-ids.ts';
import { ProcessorEvent } from '../../db/entities/outbox.ts';
import type { EntityManager } from '../../db/orm.ts';
import { wake } from '../../db/outbox.ts';
import { ApiError } from '../errors.ts';
import { raw } from '../replies.ts';
import { route } from '../route.ts';

/** Only names are taken from the event; the object itself is read afresh, since events come late and out of order. */
const About = z.object({
  id: z.string().max(255),
  metadata: z
    .object({ workflow_id: z.string().min(1).max(255).optional(), payment_id: z.string().max(255).optional() })
    .nullish()
    .catch(null),
});

/** What is refunded or disputed there changes nothing here; the invariants name it, too. */
const GONE = /^charge\.(refunded|dispute\.created)$/;

export const stripeWebhook = route({
  method: 'post',
  path: '/v1/integrations/stripe/webhook',
  summary: 'Take an event of the card processor',
  description: 'For Stripe alone: requests are signed with the secret of the webhook that is set up there.',
  tag: 'Integrations',
  auth: 'public',
  body: raw,
  response: z.object({ received: z.literal(true) }),
  errors: [400],
  async handle({ body, em, request, environment, log }) {
    const event = verified(body, request.headers['stripe-signature'], environment.STRIPE_WEBHOOK_SECRET);
    const about = About.safeParse(event.data.object);
    if (!about.success) return { received: true } as const;
    const { id: objectId } = about.data;
    const workflowId = workflowOf(event.type, about.data);
    // Most charges are answered at once, and nobody waits to hear of them again.
    const isNew =
      workflowId !== null &&
      (await keep(em, { id: event.id, type: event.type, objectId, workflowId, receivedAt: request.at }));
    log().info({ processorEvent: event.id, type: event.type, workflowId, isNew }, 'the processor tells of an event');
    if (GONE.test(event.type)) {
      log().warn({ type: event.type, objectId }, 'money has gone back at the processor, and is not in the books');
    }
    return { received: true } as const;
  },
});

export const stripeWebhookRoutes = [stripeWebhook];

/** Intents name the process that waits for them. Of a charge it is awaited what the processor keeps of it. */
function workflowOf(type: string, { metadata }: z.output<typeof About>): string | null {
  if (type !== 'charge.updated') return metadata?.workflow_id ?? null;
  return metadata?.payment_id ? processorFeeWorkflowId(metadata.payment_id as PaymentId) : null;
}

function verified(body: Buffer, signature: string | string[] | undefined, secret: string): Stripe.Event {
  try {
    return Stripe.webhooks.constructEvent(body, signature ?? '', secret);
  } catch {
    throw new ApiError(400, 'InvalidSignature', 'The signature does not fit the body.');
  }
}

interface Told {
  readonly id: string;
  readonly type: string;
  readonly objectId: string;
  readonly workflowId: string;
  readonly receivedAt: Date;
}

/** The second copy of an event changes nothing; answers whether this was the first. */
function keep(em: EntityManager, told: Told): Promise<boolean> {
  return em.transactional(async (tx) => {
    const inserted = await tx
      .createQueryBuilder(ProcessorEvent)
      .insert(told)
      .onConflict('id')
      .ignore()
      .execute<{ affectedRows: number }>('run');
    const isNew = inserted.affectedRows > 0;
    if (isNew) await wake(tx, 'processor_event', told.id);
    return isNew;
  });
}
