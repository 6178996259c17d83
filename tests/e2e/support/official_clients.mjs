// The official TypeScript clients, both generations, in every protocol version they can be made to speak.
import {
  ClientV1, ClientV2, CreateMessageRequestSchema, ElicitRequestSchema, HttpTransportV1, HttpTransportV2,
  ListRootsRequestSchema, LoggingMessageNotificationSchema, PromptListChangedNotificationSchema, StdioTransportV1,
  StdioTransportV2, ToolListChangedNotificationSchema,
} from '../../npm/mcp_clients.mjs';
import { LEGACY, MODERN } from './schemas.mjs';
import { validated } from './wire_validator.mjs';

// The first generation names messages by their schemas, the second by their methods.
const SCHEMAS = {
  'elicitation/create': ElicitRequestSchema, 'sampling/createMessage': CreateMessageRequestSchema,
  'roots/list': ListRootsRequestSchema, 'notifications/message': LoggingMessageNotificationSchema,
  'notifications/tools/list_changed': ToolListChangedNotificationSchema,
  'notifications/prompts/list_changed': PromptListChangedNotificationSchema,
};

/** Every way to connect. `mode` is how the second generation finds the version. */
export const WAYS = [
  ...LEGACY.map((version) => ({ name: `client v1, ${version}`, generation: 1, version })),
  ...LEGACY.map((version) => ({ name: `client v2, ${version}`, generation: 2, version, mode: 'legacy' })),
  { name: `client v2, ${MODERN}`, generation: 2, version: MODERN, mode: { pin: MODERN } },
  { name: 'client v2, negotiated', generation: 2, version: MODERN, mode: 'auto' },
];

/** A transport to `server`: `{ url }`, or `{ command, args, env }` to start. */
function transportTo(server, generation) {
  if (server.url) return new (generation === 1 ? HttpTransportV1 : HttpTransportV2)(new URL(server.url));
  return new (generation === 1 ? StdioTransportV1 : StdioTransportV2)(server);
}

// Left to themselves the clients ask for their newest legacy version.
function asking(transport, version) {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => send(message.method !== 'initialize' ? message
    : { ...message, params: { ...message.params, protocolVersion: version } }, options);
  return transport;
}

/** Connects one client. `handle`: functions by method, for what the server asks or tells. */
export async function connect({ generation, version, mode }, server, { capabilities = {}, handle = {} } = {}) {
  const identity = { name: 'e2e', version: '1' };
  const client = generation === 1 ? new ClientV1(identity, { capabilities })
    : new ClientV2(identity, { capabilities, versionNegotiation: { mode } });
  for (const [method, answer] of Object.entries(handle)) {
    const key = generation === 1 ? SCHEMAS[method] : method;
    if (method.startsWith('notifications/')) client.setNotificationHandler(key, answer);
    else client.setRequestHandler(key, answer);
  }
  const transport = transportTo(server, generation);
  if (version !== MODERN) asking(transport, version);
  await client.connect(validated(transport));
  return client;
}

export const callTool = (client, name, args = {}, options = {}) => (client instanceof ClientV1
  ? client.callTool({ name, arguments: args }, undefined, options) : client.callTool({ name, arguments: args }, options));
