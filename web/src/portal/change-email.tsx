/** Another e-mail address for the customer: it becomes theirs by a link that goes to it. */
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { AddressForm } from './address-form.tsx';
import { usePortal } from './context.ts';

export function ChangeEmail({ onClose }: { onClose: () => void }) {
  const { portal, say } = usePortal();
  return (
    <Dialog title="Change your e-mail address" onClose={onClose}>
      <AddressForm
        label="New e-mail address"
        hint="We send a link to it, to make sure that it is yours."
        send={(email) => portal.requestEmailChange(email)}
        onSent={(email) => {
          say({ tone: 'good', text: `A link is on its way to ${email}. Until you open it, nothing changes.` });
          onClose();
        }}
      >
        {(isSending) => (
          <div className="row">
            <Button type="submit" look="primary" busy={isSending}>
              Send the link
            </Button>
            <Button onClick={onClose}>Not now</Button>
          </div>
        )}
      </AddressForm>
    </Dialog>
  );
}
