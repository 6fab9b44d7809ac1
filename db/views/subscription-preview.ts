/** What a change or the next charge would come to, as the API shows it. */
import type { ChangePlan } from '../../billing/changes.ts';
import type { CancelPreview, ChangePreview, ChargePreview } from '../../schemas/subscription-preview.ts';
import type { End } from '../ends.ts';
import type { BenefitRow } from '../entities/benefit.ts';
import type { SubscriptionRow } from '../entities/subscription.ts';
import type { NextCharge } from '../next-charge.ts';
import { isPausing, type Quote } from '../quotes.ts';
import { iso, isoOrNull } from './stamps.ts';

export function chargePreviewView(row: SubscriptionRow, next: NextCharge): ChargePreview {
  return {
    ...amountsView(row, next),
    charged_at: isoOrNull(next.at),
    resumes_at: isPausing(row) ? isoOrNull(row.resumesAt) : null,
  };
}

/** Of what is paused, if it resumed at `at`. */
export function resumptionPreviewView(row: SubscriptionRow, quote: Quote, at: Date): ChargePreview {
  return { ...amountsView(row, quote), charged_at: iso(at), resumes_at: null };
}

export function changePreviewView(
  row: SubscriptionRow,
  plan: ChangePlan,
  quote: Quote | null,
  at: Date,
): ChangePreview {
  const period = plan.kind === 'now' ? plan.period : { start: row.currentPeriodStart, end: row.currentPeriodEnd };
  const appliesAt = { nothing: null, later: row.currentPeriodEnd, now: at }[plan.kind];
  return {
    ...amountsView(row, quote),
    applies_at: isoOrNull(appliesAt),
    billed: plan.kind === 'now' ? plan.billed : 'not',
    current_period_start: iso(new Date(period.start)),
    current_period_end: iso(new Date(period.end)),
  };
}

/** Of the end at `end.at`, with the benefits that go then. */
export function cancelPreviewView(
  row: SubscriptionRow,
  end: End,
  benefits: readonly BenefitRow[],
  quote: Quote,
): CancelPreview {
  const ends_at = iso(end.at);
  return {
    ...amountsView(row, quote),
    ends_at,
    is_charged: end.isCharged && quote.due > 0,
    benefits: benefits.map(({ id, type, description }) => ({ id, type, description, ends_at })),
  };
}

function amountsView({ currency }: SubscriptionRow, quote: Quote | null) {
  return {
    currency,
    lines: (quote?.lines ?? []).map(({ label, amount, proration, priceId }) => ({
      label,
      amount,
      proration,
      product_price_id: priceId,
    })),
    subtotal_amount: quote?.totals.subtotal ?? 0,
    discount_amount: quote?.totals.discount ?? 0,
    net_amount: quote?.totals.net ?? 0,
    tax_amount: quote?.totals.tax ?? 0,
    total_amount: quote?.totals.total ?? 0,
    applied_balance_amount: quote?.applied ?? 0,
    applied_usage_wallet_amount: quote?.fromUsageWallet ?? 0,
    due_amount: quote?.due ?? 0,
  };
}
