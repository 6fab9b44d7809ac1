/** Compares the payments we know with those the processor knows, in both directions. */
import { Context } from '@temporalio/activity';
import type { OrganizationId } from '../../billing/ids.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Disagreement } from './index.ts';

const TAKEN = 'what the processor took is a succeeded payment here';
const KNOWN = 'what succeeded here was taken by the processor';

export async function compareWithProcessor(
  { orm, stripe }: Dependencies,
  organizationId: OrganizationId,
  named: number,
): Promise<{ rules: number; compared: number; disagreements: Disagreement[] }> {
  const em = orm.em.fork();
  const rows = await em.find(
    Payment,
    { organization: organizationId, status: 'succeeded' },
    { fields: ['id', 'amount', 'currency', 'processorId'] },
  );
  const ours = new Map(
    rows.map(({ id, amount, currency, processorId }) => [processorId ?? id, { id, amount, currency }]),
  );
  const wrong = { [TAKEN]: [] as Disagreement[], [KNOWN]: [] as Disagreement[] };
  let compared = 0;
  for await (const intent of stripe.paymentIntents.list({ limit: 100 })) {
    if (intent.metadata['organization_id'] !== organizationId || intent.status !== 'succeeded') continue;
    compared += 1;
    if (compared % 100 === 0) Context.current().heartbeat(compared);
    const known = ours.get(intent.id);
    ours.delete(intent.id);
    const detail = `${intent.amount} ${intent.currency} for payment ${intent.metadata['payment_id']}`;
    if (known === undefined) wrong[TAKEN].push({ rule: TAKEN, subject: intent.id, detail });
    else if (known.amount !== intent.amount || known.currency !== intent.currency) {
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
