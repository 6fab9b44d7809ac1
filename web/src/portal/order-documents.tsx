/** The invoice and receipt of a paid order: made when they are first asked for, then downloaded. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import type { Order, Portal } from '../api/portal.ts';
import { Button } from '../parts/button.tsx';
import { BillingDialog } from './billing-dialog.tsx';
import { usePortal } from './context.ts';

export function OrderDocuments({ order }: { order: Order }) {
  const { portal, say } = usePortal();
  const [isIncomplete, setIncomplete] = useState(false);
  const download = (url: string) => window.location.assign(url);
  const sayFailure = (failure: Error) => say({ tone: 'danger', text: failure.message });

  const invoice = useMutation({
    mutationFn: () => invoiceOf(portal, order.id),
    onSuccess: download,
    onError: (failure) => (lacksDetails(failure) ? setIncomplete(true) : sayFailure(failure)),
  });
  const receipt = useMutation({
    mutationFn: () => onceMade(() => portal.receipt(order.id)),
    onSuccess: download,
    onError: sayFailure,
  });

  const of = <span className="unseen"> for {order.invoice_number ?? order.description}</span>;
  return (
    <div className="row">
      <Button small busy={invoice.isPending} onClick={() => invoice.mutate()}>
        Invoice{of}
      </Button>
      <Button small busy={receipt.isPending} onClick={() => receipt.mutate()}>
        Receipt{of}
      </Button>
      {isIncomplete && (
        <BillingDialog
          order={order}
          onClose={() => setIncomplete(false)}
          onSaved={() => {
            setIncomplete(false);
            invoice.mutate();
          }}
        />
      )}
    </div>
  );
}

async function invoiceOf(portal: Portal, id: string): Promise<string> {
  await portal.askForInvoice(id);
  return onceMade(async () => {
    try {
      return await portal.invoice(id);
    } catch (failure) {
      if (failure instanceof ApiFailure && failure.error.kind === 'missing') return undefined;
      throw failure;
    }
  });
}

const PATIENCE = 30;

/** Looks again and again until the link is there. */
async function onceMade(look: () => Promise<{ readonly url: string } | undefined>): Promise<string> {
  for (let tries = 0; tries < PATIENCE; tries += 1) {
    const link = await look();
    if (link !== undefined) return link.url;
    await new Promise((passed) => setTimeout(passed, Math.min(250 + 150 * tries, 2_000)));
  }
  throw new Error('It takes longer than usual. Please try again in some minutes.');
}

const lacksDetails = (failure: Error) =>
  failure instanceof ApiFailure &&
  failure.error.kind === 'refused' &&
  failure.error.code === 'MissingInvoiceBillingDetails';
