/** What just happened, at the foot of the page, with a way back where there is one. It stays until it is closed. */
import { Button } from '../parts/button.tsx';
import type { Saying } from './context.ts';

export function Toast({ saying, onClose }: { saying: Saying | null; onClose: () => void }) {
  return (
    <div className="toast" aria-live={saying?.tone === 'danger' ? 'assertive' : 'polite'}>
      {saying !== null && (
        <div className={`notice notice-${saying.tone} row apart`}>
          <span>{saying.text}</span>
          <span className="row">
            {saying.undo !== undefined && (
              <Button
                small
                onClick={() => {
                  saying.undo?.();
                  onClose();
                }}
              >
                Undo
              </Button>
            )}
            <Button small onClick={onClose}>
              Close
            </Button>
          </span>
        </div>
      )}
    </div>
  );
}
