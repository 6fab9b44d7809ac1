/** The sandbox's own routes, for tests and for people: what it holds, and what it shall do wrong from now on. */
import type { Router } from 'express';
import express from 'express';
import { z } from 'zod';
import type { Sandbox } from './call.ts';
import type { CardFacts } from './card-verdicts.ts';
import { DECLINE_REASONS } from './card-verdicts.ts';
import { NewFault } from './faults.ts';
import { withholdFees } from './late-fees.ts';
import { settleIn } from './settlement.ts';
import { WebhookMode } from './webhooks.ts';

const Settlement = z.strictObject({
  currency: z.string().length(3).lowercase(),
  rates: z.record(z.string().length(3).lowercase(), z.number().positive()),
});
const Outcome = z.strictObject({ outcome: z.enum(['succeed', 'authentication_required', ...DECLINE_REASONS]) });

export function switches(sandbox: Sandbox): Router {
  const { faults, store, webhooks } = sandbox;
  const router = express.Router();
  router.use('/_sandbox', express.json());

  router.get('/_sandbox', (_request, response) => {
    const index = {
      holds: store.counts(),
      faults: faults.ordered,
      held: faults.held,
      webhooks: { mode: webhooks.mode, waiting: webhooks.pending },
    };
    response.type('json').send(JSON.stringify(index, null, 2));
  });

  router.get('/_sandbox/faults', (_request, response) => void response.json({ faults: faults.ordered }));
  router.post('/_sandbox/faults', (request, response) => {
    const fault = NewFault.safeParse(request.body);
    if (!fault.success) return void response.status(400).json({ error: z.prettifyError(fault.error) });
    faults.add(fault.data);
    response.status(201).json(fault.data);
  });
  router.delete('/_sandbox/faults', (_request, response) => {
    faults.clear();
    response.json({ faults: [] });
  });

  /** What was held back arrives now, and has been worked on once this is answered. */
  router.post('/_sandbox/let_go', (_request, response) => {
    faults.letGo();
    setImmediate(() => response.json({ held: faults.held }));
  });

  router.post('/_sandbox/webhooks', (request, response) => {
    const wanted = z.strictObject({ mode: WebhookMode }).safeParse(request.body);
    if (!wanted.success) return void response.status(400).json({ error: z.prettifyError(wanted.error) });
    webhooks.mode = wanted.data.mode;
    response.json(wanted.data);
  });

  router.post('/_sandbox/fees', (request, response) => {
    const wanted = z.strictObject({ withheld: z.boolean() }).safeParse(request.body);
    if (!wanted.success) return void response.status(400).json({ error: z.prettifyError(wanted.error) });
    withholdFees(sandbox, wanted.data.withheld);
    response.json(wanted.data);
  });

  router.post('/_sandbox/settlement', (request, response) => {
    const wanted = z.strictObject({ settlement: Settlement.nullable() }).safeParse(request.body);
    if (!wanted.success) return void response.status(400).json({ error: z.prettifyError(wanted.error) });
    settleIn(store, wanted.data.settlement);
    response.json(wanted.data);
  });

  router.post('/_sandbox/payment_methods/:id', (request, response) => {
    const wanted = Outcome.safeParse(request.body);
    if (!wanted.success) return void response.status(400).json({ error: z.prettifyError(wanted.error) });
    const name = `card ${request.params.id}`;
    const facts = store.fact<CardFacts>(name);
    if (!facts) return void response.status(404).json({ error: `No such payment method: ${request.params.id}` });
    store.setFact(name, { ...facts, ...wanted.data });
    response.json({ id: request.params.id, ...wanted.data });
  });
  return router;
}
