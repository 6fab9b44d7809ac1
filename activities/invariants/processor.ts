/** Compares the payments we know with those the processor knows, in both directions. */
import { Context } from '@temporalio/activity';
import type { OrganizationId } from '../../billing/ids.ts';
import { toProcessor } from '../../billing/processor-amounts.ts';
import { Organization } from '../../db/entities/organization.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Disagreement } from './index.ts';

const TAKEN = 'what the processor took is a succeeded payment here';
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
  const wrong = { [TAKEN]: [] as Disagreement[], [KNOWN]: [] as Disagreement[] };
  let seen = 0;
  let compared = 0;
  for await (const intent of stripe.paymentIntents.list({ limit: PAGE, created })) {
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
  }
  for (const [processorId, { id, amount, currency }] of ours) {
    wrong[KNOWN].push({ rule: KNOWN, subject: id, detail: `${amount} ${currency} as ${processorId}` });
  }
  return { rules: 2, compared, disagreements: [...wrong[TAKEN].slice(0, named), ...wrong[KNOWN].slice(0, named)] };
}
