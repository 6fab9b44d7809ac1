/** The end of a pause, now: a new period begins and is charged, so it says with how much. */
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Subscription } from '../api/portal-subscriptions.ts';
import { formatMoney } from '../format/money.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Loading } from '../parts/loading.tsx';
import { Amounts } from './amounts.tsx';
import { usePortal } from './context.ts';
import { Failure } from './failure.tsx';
import { useRefresh } from './use-refresh.ts';

export function ResumeDialog({ subscription, onClose }: { subscription: Subscription; onClose: () => void }) {
  const { portal, say } = usePortal();
  const refresh = useRefresh();
  const { name } = subscription.product;
  const preview = useQuery({
    queryKey: ['resume-preview', subscription.id],
    queryFn: () => portal.previewResumption(subscription.id),
    gcTime: 0,
  });
  const resume = useMutation({
    mutationFn: () => portal.resume(subscription.id),
    onSuccess: () => {
      say({ tone: 'good', text: `${name} runs again.` });
      onClose();
    },
    onSettled: refresh,
  });
  const { data } = preview;
  return (
    <Dialog title={`Resume ${name}?`} onClose={onClose}>
      <p>A new period begins now, and what comes with it is yours again.</p>
      {preview.isPending && <Loading what="what is charged" lines={2} />}
      {preview.error !== null && (
        <Failure
          title="What is charged could not be read"
          failure={preview.error}
          onRetry={() => void preview.refetch()}
        />
      )}
      {data !== undefined && <Amounts amounts={data} label="Charged now" />}
      {resume.error !== null && <Failure title="It could not be resumed" failure={resume.error} />}
      <div className="row">
        {data !== undefined && (
          <Button look="primary" busy={resume.isPending} onClick={() => resume.mutate()}>
            {data.due_amount === 0 ? 'Resume' : `Pay ${formatMoney(data.due_amount, data.currency)} and resume`}
          </Button>
        )}
        <Button onClick={onClose}>Leave it paused</Button>
      </div>
    </Dialog>
  );
}
