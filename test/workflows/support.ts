/** Lives, told as a person would: what was bought when and with which card, until when it was lived, what came of it. */
import { randomUUID } from 'node:crypto';
import type { CustomerId, OrganizationId, PaymentMethodId, SubscriptionId } from '../../billing/ids.ts';
import { subscriptionWorkflowId } from '../../billing/workflow-ids.ts';
import { BenefitGrant } from '../../db/entities/benefit-grant.ts';
import { Checkout } from '../../db/entities/checkout.ts';
import { Customer } from '../../db/entities/customer.ts';
import { Email } from '../../db/entities/email.ts';
import { Order } from '../../db/entities/order.ts';
import { Payment, type PaymentRow } from '../../db/entities/payment.ts';
import { PaymentMethod } from '../../db/entities/payment-method.ts';
import { Subscription, type SubscriptionRow } from '../../db/entities/subscription.ts';
import { relay } from '../../worker/relay.ts';
import { Calendar, type Day } from './calendar.ts';
import { type Offer, openCheckout, pay, tokenOf } from './shop.ts';
import { startWorld, type World, type WorldOptions } from './world.ts';

/** Works at the purchase, or at the set-up for a trial, and fails at every charge after that. */
export const cardThatStartsToFail = 'pm_card_chargeCustomerFail';

let world: World;
const lives: Life[] = [];

/** For the head of a test file: a world of its own, in which each test's lives end with the test. */
export function livesInAWorldOfTheirOwn(options: WorldOptions = {}): void {
  beforeAll(async () => {
    world = await startWorld(options);
  });
  afterEach(async () => {
    await Promise.all(lives.splice(0).map((life) => life.isForgotten()));
  });
  afterAll(() => world?.stop());
}

export const theWorld = (): World => world;

export interface Bought extends Offer {
  readonly startedOn: Day;
  /** A test card's name at the processor; default one that always works, none where nothing is to be paid. */
  readonly paidWith?: string;
}

/** A subscription bought through a real checkout, at the first moment of a day. */
export async function aSubscription({ startedOn, paidWith = 'pm_card_visa', ...offer }: Bought): Promise<Life> {
  const calendar = new Calendar(startedOn, await world.now());
  await passTimeUntil(calendar.at(startedOn));
  const opened = await openCheckout(world, offer, await world.now());
  const outcome = await pay(world, opened, offer.price === 0 ? null : paidWith);
  if (outcome.status !== 'succeeded') throw new Error(`The purchase was not made: ${JSON.stringify(outcome)}`);
  const { subscriptionId } = await world.orm.em.fork().findOneOrFail(Checkout, opened.checkoutId);
  if (!subscriptionId) throw new Error('The purchase made no subscription.');
  const life = new Life(calendar, { ...opened, subscriptionId });
  lives.push(life);
  return life;
}

/** An instant that has passed already stays where it is. */
export async function passTimeUntil(instant: number): Promise<void> {
  const left = instant - (await world.now());
  if (left > 0) await world.passTime(left);
}

interface Ids {
  readonly subscriptionId: SubscriptionId;
  readonly organizationId: OrganizationId;
  readonly customerId: CustomerId;
}

export class Life {
  readonly calendar: Calendar;
  readonly ids: Ids;

  constructor(calendar: Calendar, ids: Ids) {
    this.calendar = calendar;
    this.ids = ids;
  }

  /** Up to the last moment of the day. */
  livesUntil(day: Day): Promise<void> {
    return passTimeUntil(this.calendar.endOf(day));
  }

  // What happened

  async status(): Promise<SubscriptionRow['status']> {
    return (await this.row()).status;
  }

  async period(): Promise<[Day, Day]> {
    const { currentPeriodStart, currentPeriodEnd } = await this.row();
    return [this.calendar.day(currentPeriodStart), this.calendar.day(currentPeriodEnd)];
  }

  async endedOn(): Promise<Day | null> {
    const { endedAt } = await this.row();
    return endedAt ? this.calendar.day(endedAt) : null;
  }

  /** Days on which the card was charged or was to be, the purchase left out. */
  async attempts(): Promise<Day[]> {
    return (await this.payments()).map(({ createdAt }) => this.calendar.day(createdAt));
  }

  /** How each of those attempts came about. */
  async triggers(): Promise<PaymentRow['trigger'][]> {
    return (await this.payments()).map(({ trigger }) => trigger);
  }

  /** Days on which something was charged, with the cents. */
  async paid(): Promise<string[]> {
    const orders = await world.orm.em
      .fork()
      .find(Order, { subscription: this.ids.subscriptionId, status: 'paid' }, { orderBy: { paidAt: 'asc' } });
    return orders
      .filter(({ totalAmount }) => totalAmount > 0)
      .map(({ paidAt, totalAmount }) => `${this.calendar.day(paidAt ?? 0)} ${totalAmount}`);
  }

  /** First days of the periods that were billed, in order. */
  async billed(): Promise<Day[]> {
    const orders = await world.orm.em
      .fork()
      .find(Order, { subscription: this.ids.subscriptionId }, { orderBy: { cycle: 'asc' } });
    return orders.map(({ createdAt }) => this.calendar.day(createdAt));
  }

  /** How often the customer's card was charged with success, as the processor counts. */
  async chargesAtProcessor(): Promise<number> {
    const { stripeCustomerId } = await world.orm.em.fork().findOneOrFail(Customer, this.ids.customerId);
    if (!stripeCustomerId) return 0;
    let charged = 0;
    for await (const intent of world.stripe.paymentIntents.list({ customer: stripeCustomerId, limit: 100 })) {
      if (intent.status === 'succeeded') charged += 1;
    }
    return charged;
  }

  /** What the subscription lets its customer have. */
  async benefits(): Promise<string[]> {
    const held = await world.orm.em
      .fork()
      .find(
        BenefitGrant,
        { subscription: this.ids.subscriptionId, wanted: 'granted' },
        { populate: ['benefit'], orderBy: { createdAt: 'asc' } },
      );
    return held.map(({ benefit }) => benefit.description);
  }

  async benefitsTakenOn(): Promise<Day[]> {
    const taken = await world.orm.em
      .fork()
      .find(BenefitGrant, { subscription: this.ids.subscriptionId, wanted: 'revoked' });
    return taken.map(({ wantedAt }) => this.calendar.day(wantedAt));
  }

  /** What the customer was written, and when; the purchase's confirmation left out. */
  async emails(): Promise<string[]> {
    const ofThis = { customer: this.ids.customerId, kind: { $ne: 'subscription_confirmation' as const } };
    const emails = await world.orm.em.fork().find(Email, ofThis, { orderBy: { position: 'asc' } });
    return emails.map(({ kind, createdAt }) => `${this.calendar.day(createdAt)} ${kind}`);
  }

  row(): Promise<SubscriptionRow> {
    return world.orm.em.fork().findOneOrFail(Subscription, this.ids.subscriptionId);
  }

  payments(): Promise<PaymentRow[]> {
    const ofThis = { order: { subscription: this.ids.subscriptionId }, trigger: { $ne: 'purchase' as const } };
    return world.orm.em.fork().find(Payment, ofThis, { orderBy: { createdAt: 'asc', attempt: 'asc' } });
  }

  // What is asked

  get process() {
    return world.processes.subscription(this.ids.subscriptionId);
  }

  cancels(): Promise<unknown> {
    return this.process.cancel({ reason: 'unused', comment: null });
  }

  isRevoked(): Promise<unknown> {
    return this.process.revoke({ reason: null, comment: null });
  }

  movesTrialEnd(to: Day | 'now'): Promise<unknown> {
    return this.process.moveTrialEnd(to === 'now' ? 'now' : this.calendar.at(to));
  }

  retriesByHand(): Promise<unknown> {
    return this.process.retryPayment('retry_customer');
  }

  /** From now on the bank answers charges of the customer's card so: `succeed`, or a decline's reason. */
  async cardAnswers(outcome: string): Promise<void> {
    const em = world.orm.em.fork();
    const { defaultPaymentMethodId } = await em.findOneOrFail(Customer, this.ids.customerId);
    const { stripeId } = await em.findOneOrFail(PaymentMethod, { id: defaultPaymentMethodId as PaymentMethodId });
    const answer = await fetch(`${world.sandboxUrl}/_sandbox/payment_methods/${stripeId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ outcome }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async removesCards(): Promise<void> {
    await world.orm.em
      .fork()
      .nativeUpdate(PaymentMethod, { customer: this.ids.customerId }, { deletedAt: new Date(await world.now()) });
  }

  /** The customer saves another card in their portal and makes it the one that is charged. */
  async savesCard(card: string): Promise<void> {
    const { organizationId, customerId } = this.ids;
    await world.processes.setUpCard({
      setupId: randomUUID(),
      organizationId,
      customerId,
      confirmationToken: await tokenOf(world, card),
      returnUrl: 'https://shop.example/portal',
      setDefault: true,
      clockNow: null,
    });
    // What is owed is tried right after the answer, by a process that the outbox starts.
    await relay(world.orm, world.client);
    await world.passTime(10_000);
  }

  isForgotten(): Promise<void> {
    return world.forget(subscriptionWorkflowId(this.ids.subscriptionId));
  }
}
