/** Asks for another product or other seats; and what that would come to. */
import type { Behavior } from '../../billing/changes.ts';
import { type Planned, planChange, type Wish } from '../../db/change-plan.ts';
import { Payment } from '../../db/entities/payment.ts';
import type { SubscriptionRow } from '../../db/entities/subscription.ts';
import { CARD_NEEDED, lacksCard } from '../../db/lacks-card.ts';
import { nowOf } from '../../db/now.ts';
import type { EntityManager } from '../../db/orm.ts';
import { invalid, paymentFailed, paymentNeedsApproval } from '../errors.ts';
import type { WorkflowGateway } from '../workflows.ts';

type Asked = ReturnType<WorkflowGateway['subscription']>;

export async function changeTerms(
  em: EntityManager,
  process: Asked,
  row: SubscriptionRow,
  wish: Wish,
  behavior: Behavior | null,
  /** Where the customer comes back to from their bank; null: they are not there. */
  returnUrl: string | null = null,
): Promise<void> {
  // Whether the state allows it is for the process to say; what can't be had at all is named by its field here.
  const planned = await plannedOr422(em, row, wish, behavior);
  if (await lacksCard(em, row, planned)) throw paymentFailed(CARD_NEEDED);
  const { declined, waiting } = await process.changeTerms({ wish, behavior, returnUrl });
  const paymentId = declined ?? waiting ?? null;
  if (paymentId === null) return;
  const payment = await em.fork().findOneOrFail(Payment, paymentId);
  if (payment.status === 'succeeded') return;
  if (payment.status === 'pending' && payment.clientSecret) {
    throw paymentNeedsApproval(AT_BANK, payment.clientSecret);
  }
  const message = payment.declineMessage ?? 'The payment was declined.';
  const lacksCustomer = payment.declineReason === 'authentication_required' && returnUrl === null;
  throw paymentFailed(lacksCustomer ? `${message} ${CUSTOMER_NEEDED}` : message);
}

const AT_BANK = 'The bank wants the customer to approve this payment. The change is made once they have.';
const CUSTOMER_NEEDED = 'The bank wants to ask the customer, who can make this change in their portal.';

export async function plannedOr422(
  em: EntityManager,
  row: SubscriptionRow,
  wish: Wish,
  behavior: Behavior | null,
): Promise<Exclude<Planned, { refusal: string }>> {
  await em.populate([row], ['customer.testClock']);
  const at = nowOf(row.customer, new Date()).getTime();
  const planned = await planChange(em, row, wish, behavior, at);
  if ('refusal' in planned) throw invalid(['body', planned.field], planned.refusal);
  return planned;
}
