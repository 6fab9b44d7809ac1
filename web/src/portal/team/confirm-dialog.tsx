/** A question before something is taken from somebody. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { usePortal } from '../context.ts';
import { Failure } from '../failure.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  readonly what: string;
  readonly action: string;
  readonly done: string;
  readonly act: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function ConfirmDialog({ title, what, action, done, act, onClose }: ConfirmDialogProps) {
  const { say } = usePortal();
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      say({ tone: 'good', text: done });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal'] }),
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{what}</p>
      {acting.error !== null && <Failure title="That did not work" failure={acting.error} />}
      <div className="row">
        <Button look="danger" busy={acting.isPending} onClick={() => acting.mutate()}>
          {action}
        </Button>
        <Button onClick={onClose}>Keep</Button>
      </div>
    </Dialog>
  );
}
