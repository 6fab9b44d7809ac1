/** The cardholder's bank: a page to approve or refuse a payment or a setup, which then leads back to the shop. */
import type { Request, Response, Router } from 'express';
import express from 'express';
import type Stripe from 'stripe';
import type { Call, Sandbox } from './call.ts';
import { idOf, unasked } from './call.ts';
import { wayBack } from './challenge.ts';
import { written } from './currencies.ts';
import { attemptPayment, failAuthentication } from './payment-confirmation.ts';
import { usablePaymentMethod } from './payment-methods.ts';
import { attemptSetup, failSetupAuthentication } from './setup-confirmation.ts';
import { page } from './three-d-secure-page.ts';

type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

export function threeDSecure(sandbox: Sandbox): Router {
  const router = express.Router();
  router.get('/3ds/:intent', (request, response) => {
    const intent = opened(sandbox, request);
    if (!intent)
      return void response
        .status(404)
        .type('html')
        .send(page({ kind: 'unknown' }));
    if (intent.status !== 'requires_action') return void leave(sandbox, intent, response);
    const shown = intent.object === 'payment_intent' ? written(intent.amount, intent.currency) : null;
    response.type('html').send(page({ kind: 'question', amount: shown, description: intent.description }));
  });
  router.post('/3ds/:intent', express.urlencoded({ extended: false }), (request, response) => {
    const approves = request.body?.answer === 'approve';
    const intent = sandbox.store.transaction(() => {
      const waiting = opened(sandbox, request);
      return waiting?.status === 'requires_action' ? answered(unasked(sandbox), waiting, approves) : waiting;
    });
    sandbox.webhooks.wake();
    if (!intent)
      return void response
        .status(404)
        .type('html')
        .send(page({ kind: 'unknown' }));
    leave(sandbox, intent, response);
  });
  return router;
}

function opened(sandbox: Sandbox, request: Request): Intent | undefined {
  const id = String(request.params.intent);
  const intent = sandbox.store.find('payment_intent', id) ?? sandbox.store.find('setup_intent', id);
  return intent?.client_secret === request.query.client_secret ? intent : undefined;
}

function answered(call: Call, intent: Intent, approves: boolean): Intent {
  const method = usablePaymentMethod(call, idOf(intent.payment_method) ?? '');
  const attempt = { method, offSession: false, authenticated: true, returnUrl: null, failsOnAction: false };
  if (intent.object === 'payment_intent') {
    return approves ? attemptPayment(call, intent, attempt) : failAuthentication(call, intent, method);
  }
  return approves ? attemptSetup(call, intent, attempt) : failSetupAuthentication(call, intent, method);
}

/** Back to the shop, with what Stripe adds to its address. */
function leave(sandbox: Sandbox, intent: Intent, response: Response): void {
  const succeeded = intent.status === 'succeeded';
  const back = sandbox.store.fact<string | null>(wayBack(intent));
  if (!back) return void response.type('html').send(page({ kind: 'done', succeeded }));
  const url = new URL(back);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? '');
  url.searchParams.set('redirect_status', succeeded ? 'succeeded' : 'failed');
  response.redirect(303, url.href);
}
