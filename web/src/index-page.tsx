/** What answers at the bare address: enough to know what runs here. */
import { PlainPage } from './parts/plain-page.tsx';

export function IndexPage() {
  return (
    <PlainPage title="Perennial">
      <p>Billing for software: checkouts, subscriptions and the customer portal of the shops on this server.</p>
      <ul className="stack-tight">
        <li>
          <a href="/docs">API reference</a>
        </li>
        <li>
          <a href="/openapi.json">OpenAPI document</a>
        </li>
      </ul>
      <p className="soft small">Looking for something you bought? Use the link in the seller’s e-mail.</p>
    </PlainPage>
  );
}
