/** Goes on at the customer's bank with a change that waits for it, wherever that is shown. */
import { useMutation } from '@tanstack/react-query';
import { CHANGED, continueAtBank, WAITING } from './approve-change.ts';
import { usePortal } from './context.ts';
import { useRefresh } from './use-refresh.ts';

export function useContinueAtBank(subscriptionId: string, paymentIntent: string) {
  const { portal, say, shop } = usePortal();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => continueAtBank(portal, shop.payment_processor_metadata, subscriptionId, paymentIntent),
    onSuccess: (now) => say(now === 'waiting' ? WAITING : CHANGED),
    onError: ({ message }) => say({ tone: 'danger', text: `Your plan is as it was. ${message}` }),
    onSettled: refresh,
  });
}
