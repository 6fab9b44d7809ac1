/** Compares the payments we know with those the processor knows, in both directions. */
import { Context } from '@temporalio/activity';
import type Stripe from 'stripe';
import type { OrganizationId } from '../../billing/ids.ts';
import { toProcessor } from '../../billing/processor-amounts.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Disagreement } from './index.ts';

const TAKEN = 'what the processor took is a succeeded payment here';
const KEPT = 'what was paid was neither refunded nor disputed at the processor';
const KNOWN = 'what succeeded here was taken by the processor';

/** Our clock and the processor's agree at least so far, in ms. */
const CLOCK_SKEW = 86_400_000;
/** It lists the payments of all organizations; so many of them are a page. */
const PAGE = 100;

export async function compareWithProcessor(
  { orm, stripe }: Dependencies,
  organizationId: OrganizationId,
  named: number,
): Promise<{ rules: number; compared: number; disagreements: Disagreement[] }> {
  const em = orm.em.fork();
  // The processor's dates are real, on test clocks too, and so is the organization's.
  const { createdAt } = await em.findOneOrFail(Organization, organizationId);
  const created = { gte: Math.floor((createdAt.getTime() - CLOCK_SKEW) / 1000) };
  const rows = await em.find(
    Payment,
    { organization: organizationId, status: 'succeeded' },
    { fields: ['id', 'amount', 'currency', 'processorId'] },
  );
  const ours = new Map(
    rows.map(({ id, amount, currency, processorId }) => [processorId ?? id, { id, amount, currency }]),
  );
  const wrong = { [TAKEN]: [] as Disagreement[], [KNOWN]: [] as Disagreement[], [KEPT]: [] as Disagreement[] };
  let seen = 0;
  let compared = 0;
  for await (const intent of stripe.paymentIntents.list({ limit: PAGE, created, expand: ['data.latest_charge'] })) {
    seen += 1;
    if (seen % PAGE === 0) Context.current().heartbeat(seen);
    if (intent.metadata['organization_id'] !== organizationId || intent.status !== 'succeeded') continue;
    compared += 1;
    const known = ours.get(intent.id);
    ours.delete(intent.id);
    const detail = `${intent.amount} ${intent.currency} for payment ${intent.metadata['payment_id']}`;
    if (known === undefined) wrong[TAKEN].push({ rule: TAKEN, subject: intent.id, detail });
    else if (toProcessor(known.amount, known.currency) !== intent.amount || known.currency !== intent.currency) {
      wrong[TAKEN].push({
        rule: TAKEN,
        subject: intent.id,
        detail: `${detail}; here ${known.amount} ${known.currency}`,
      });
    }
    const gone = await goneFrom(stripe, intent);
    if (gone.length > 0) {
      const paid = `payment ${intent.metadata['payment_id']}`;
      wrong[KEPT].push({ rule: KEPT, subject: intent.id, detail: `${gone.join(', ')}: ${paid}` });
    }
  }
  for (const [processorId, { id, amount, currency }] of ours) {
    wrong[KNOWN].push({ rule: KNOWN, subject: id, detail: `${amount} ${currency} as ${processorId}` });
  }
  const disagreements = ([TAKEN, KNOWN, KEPT] as const).flatMap((rule) => wrong[rule].slice(0, named));
  return { rules: 3, compared, disagreements };
}

/** What the processor has since given back of it, in words. A dispute that was won has brought its amount back. */
async function goneFrom(stripe: Stripe, { latest_charge: charge }: Stripe.PaymentIntent): Promise<string[]> {
  if (charge === null || typeof charge === 'string') return [];
  const of = `of ${charge.amount} ${charge.currency}`;
  const gone = charge.amount_refunded === 0 ? [] : [`${charge.amount_refunded} ${of} refunded`];
  if (!charge.disputed) return gone;
  for await (const dispute of stripe.disputes.list({ charge: charge.id, limit: PAGE })) {
    Context.current().heartbeat(charge.id);
    const moved = dispute.balance_transactions.reduce((sum, { amount }) => sum + amount, 0);
    if (moved !== 0) gone.push(`${dispute.amount} ${of} disputed (${dispute.status})`);
  }
  return gone;
}
