/** The messages about who may come in as values: shapes as in ops-shapes. */
import type * as access from '../core/access-view.ts';
import { count, flag, many, message, moment, orNull, text, textOrNull } from './ops-fill.ts';

const tokenRow = message<access.TokenRow>({
  id: text,
  kind: text,
  site: textOrNull,
  name: textOrNull,
  role: textOrNull,
  approval: flag,
  uses: count,
  uses_left: count,
  at: moment,
  until: moment,
  by: text,
});

export const fillTokenRequest = message<access.TokenRequest>({
  site: text,
  ttl_ms: count,
  uses: count,
  approval: flag,
});
export const fillCreatedToken = message<access.CreatedToken>({ token: text, row: orNull(tokenRow) });
export const fillTokensRequest = message<Record<never, never>>({});
export const fillTokens = message<access.TokensView>({ tokens: many(tokenRow) });
export const fillTokenId = message<access.TokenIdRequest>({ id: text });

export const fillPendingRequest = message<Record<never, never>>({});
export const fillPending = message<access.PendingView>({
  pending: many(
    message<access.PendingRow>({
      agent: text,
      site: text,
      host: text,
      version: text,
      address: textOrNull,
      key: text,
      since: moment,
      state: text,
    }),
  ),
});
export const fillAgentName = message<access.AgentNameRequest>({ agent: text });
export const fillRevoked = message<access.RevokedView>({ agent: text, was_enrolled: flag, cut: count });
