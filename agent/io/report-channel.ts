/** gRPC's settings for the agent's stream: pings that find a dead peer, bounds, and no waits of its own. */
import { KEEPALIVE_TIME_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../../shared/core/limits.ts';

export const REPORT_CHANNEL = {
  'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  // Each attempt is a channel of its own: the waits are ours, and the name is looked up anew.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
};
