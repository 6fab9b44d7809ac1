/** License keys, and the devices each is active on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Activation, LicenseKey } from '../api/portal.ts';
import { formatDate } from '../format/dates.ts';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { usePortal } from './context.ts';
import { Section } from './section.tsx';

export function LicenseKeys() {
  const { portal } = usePortal();
  const query = useQuery({ queryKey: ['portal', 'license-keys'], queryFn: () => portal.licenseKeys() });
  return (
    <Section title="License keys" query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="soft">Keys that come with your purchases appear here.</p>
        ) : (
          <ul className="items">
            {items.map((key) => (
              <li key={key.id} className="stack-tight">
                <Item licenseKey={key} />
              </li>
            ))}
          </ul>
        )
      }
    </Section>
  );
}

const STATUS_WORDS = { granted: 'Valid', revoked: 'Revoked', disabled: 'Disabled' } as const;

function Item({ licenseKey: key }: { licenseKey: LicenseKey }) {
  const { portal } = usePortal();
  const { data } = useQuery({
    queryKey: ['portal', 'license-keys', key.id],
    queryFn: () => portal.licenseKey(key.id),
  });
  const grants = useQuery({ queryKey: ['portal', 'benefit-grants'], queryFn: () => portal.benefitGrants() });
  const grant = grants.data?.items.find(({ properties }) => properties.license_key_id === key.id);
  const isValid = key.status === 'granted';
  const mayFree = isValid && grant?.benefit.properties.activations?.enable_customer_admin === true;
  return (
    <>
      <div className="key-line">
        <code data-testid="license-key">{key.key}</code>
        <span className={`badge ${isValid ? 'badge-good' : 'badge-danger'}`}>{STATUS_WORDS[key.status]}</span>
        {isValid && <CopyButton text={key.key} what="license key" />}
      </div>
      <p className="soft small">{limitsOf(key, data?.activations.length)}</p>
      {data !== undefined && data.activations.length > 0 && (
        <ul className="items" aria-label="Active on">
          {data.activations.map((activation) => (
            <li key={activation.id}>
              <ActivationLine licenseKey={key} activation={activation} mayFree={mayFree} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface ActivationProps {
  readonly licenseKey: LicenseKey;
  readonly activation: Activation;
  /** Whether the seller lets the holder take the key back from it here. */
  readonly mayFree: boolean;
}

function ActivationLine({ licenseKey, activation, mayFree }: ActivationProps) {
  const { portal, say } = usePortal();
  const queries = useQueryClient();
  const deactivate = useMutation({
    mutationFn: () => portal.deactivate(licenseKey, activation.id),
    onSuccess: () => say({ tone: 'good', text: `The key is free again from ${activation.label}.` }),
    onError: (failure) => say({ tone: 'danger', text: `It could not be deactivated. ${failure.message}` }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal', 'license-keys'] }),
  });
  return (
    <div className="row apart">
      <span>
        {activation.label} <span className="soft small">since {formatDate(activation.created_at)}</span>
      </span>
      {mayFree && (
        <Button
          small
          busy={deactivate.isPending}
          onClick={() => deactivate.mutate()}
          aria-label={`Deactivate ${activation.label}`}
        >
          Deactivate
        </Button>
      )}
    </div>
  );
}

function limitsOf(key: LicenseKey, active: number | undefined): string {
  if (key.status !== 'granted') return 'It no longer opens anything.';
  const parts: string[] = [];
  if (key.limit_activations !== null) parts.push(`Active on ${active ?? '…'} of ${key.limit_activations} devices`);
  else if (active !== undefined && active > 0) parts.push(`Active on ${active} ${active === 1 ? 'device' : 'devices'}`);
  if (key.limit_usage !== null) parts.push(`used ${key.usage} of ${key.limit_usage} times`);
  parts.push(key.expires_at === null ? 'valid as long as your purchase' : `valid until ${formatDate(key.expires_at)}`);
  const line = parts.join(', ');
  return `${line.slice(0, 1).toUpperCase()}${line.slice(1)}.`;
}
